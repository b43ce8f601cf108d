import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { send, type Answer } from '../support/http-client.js';
import { external, HEADERS } from './external.js';
import { Replica } from './replica.js';

const WRITERS = 8;
const VALUES = 12;
const KEY = '/api/v3.1/secrets/contended';

describe('writers of one secret on two processes, one of which is killed', () => {
  let database: TestDatabase;
  let replicas: Replica[];
  beforeAll(async () => {
    database = await cloneDatabase();
    replicas = [1, 2].map(() => new Replica({ ...external(database), STRONGROOM_LOG_LEVEL: 'fatal' }));
    await Promise.all(replicas.map((replica) => replica.start()));
  });
  afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica.stop()));
    await database.drop();
  });

  /** Sends a request to the caller's process, or the other one while that is down; undefined without an answer. */
  async function ask(
    caller: number,
    method: string,
    path: string,
    body?: object,
  ): Promise<Answer | undefined> {
    const replica = [0, 1]
      .map((offset) => replicas[(caller + offset) % 2]!)
      .find(({ url }) => url !== undefined);
    if (replica?.url === undefined) return undefined;
    const call = {
      ...{ method, path, agent: replica.agent },
      headers: { ...HEADERS, ...(body && { 'Content-Type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    };
    return send(replica.url, call).catch(() => undefined);
  }

  /** Writes values that nobody else writes, and notes which version each acknowledged one became. */
  async function write(writer: number, acknowledged: Map<string, number>): Promise<void> {
    for (let index = 0; index < VALUES; index += 1) {
      const value = `${writer}.${index}`;
      const answer = await ask(writer, 'PATCH', KEY, { value });
      if (answer?.status === 200) acknowledged.set(value, answer.body.version as number);
      else if (answer !== undefined) expect([value, answer.status]).toEqual([value, 503]);
    }
  }

  /** Restores the first version again and again, and notes which versions that made. */
  async function restore(restored: Set<number>): Promise<void> {
    for (let index = 0; index < VALUES; index += 1) {
      const answer = await ask(index, 'POST', `${KEY}/versions/1/restore`);
      if (answer?.status === 200) restored.add(answer.body.version as number);
    }
  }

  it('make every acknowledged value a version, without gaps and duplicates', async () => {
    const settings = '/api/v3.1/tenants/default_tenant/settings';
    expect((await ask(0, 'PATCH', settings, { max_versions_upper_bound: 1000 }))?.status).toBe(200);
    expect((await ask(0, 'PUT', KEY, { value: 'first', max_versions: 1000 }))?.status).toBe(200);
    const acknowledged = new Map<string, number>();
    const restored = new Set<number>();
    const writers = Array.from({ length: WRITERS }, (_, writer) => write(writer, acknowledged));
    const killing = async () => {
      while (acknowledged.size < (WRITERS * VALUES) / 4)
        await new Promise((resolve) => setTimeout(resolve, 2));
      await replicas[0]!.kill();
      await replicas[0]!.start();
    };
    await Promise.all([...writers, restore(restored), killing()]);

    const { body } = (await ask(1, 'GET', `${KEY}/versions`))!;
    const numbers = (body.items as { version: number }[]).map(({ version }) => version).reverse();
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    const values = new Map<number, string>();
    for (const number of numbers)
      values.set(number, String((await ask(1, 'GET', `${KEY}?version=${number}`))!.body.value));
    for (const [value, version] of acknowledged) expect([value, values.get(version)]).toEqual([value, value]);
    for (const version of restored) expect([version, values.get(version)]).toEqual([version, 'first']);
    const written = [...values.values()].filter((value) => value !== 'first');
    expect(new Set(written).size).toBe(written.length);
    expect(acknowledged.size).toBeGreaterThan((WRITERS * VALUES) / 2);
    // Two versions that follow each other always differ.
    for (const number of numbers.slice(1)) expect(values.get(number)).not.toBe(values.get(number - 1));
    expect((await ask(1, 'GET', KEY))!.body).toMatchObject({
      version: numbers.length,
      value: values.get(numbers.length),
    });
  });
});
