import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { send, type Answer } from '../support/http-client.js';
import { external, HEADERS } from './external.js';
import { Replica } from './replica.js';

const WRITERS = 100;

interface Win {
  readonly writer: number;
  readonly tag: string;
}

describe('a hundred writers that read, add their number and write with If-Match, on two processes', () => {
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

  /** Sends a request to the writer's process, or the other one while that is down; undefined without an answer. */
  async function ask(
    writer: number,
    method: string,
    key: string,
    headers: Record<string, string> = {},
    body?: object,
  ): Promise<Answer | undefined> {
    const replica = [0, 1]
      .map((offset) => replicas[(writer + offset) % 2]!)
      .find(({ url }) => url !== undefined);
    if (replica?.url === undefined) return undefined;
    const call = {
      ...{ method, path: `/api/v3.1/secrets/${key}`, agent: replica.agent },
      headers: { ...HEADERS, ...headers, ...(body && { 'Content-Type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    };
    return send(replica.url, call).catch(() => undefined);
  }

  const numbersIn = (answer: Answer) => JSON.parse(String(answer.body.value)) as number[];

  /** Tries until the value holds the number of the writer, and notes the acknowledged write. */
  async function write(writer: number, key: string, wins: Win[]): Promise<void> {
    for (;;) {
      const found = await ask(writer, 'GET', key);
      if (found?.status !== 200) continue;
      const numbers = numbersIn(found);
      if (numbers.includes(writer)) return;
      const body = { value: JSON.stringify([...numbers, writer]), update_if_exists: true };
      const answer = await ask(writer, 'PUT', key, { 'If-Match': String(found.headers.etag) }, body);
      if (answer?.status === 200) {
        wins.push({ writer, tag: String(answer.headers.etag) });
        return;
      }
      if (answer !== undefined) expect([412, 503]).toContain(answer.status);
    }
  }

  async function writtenBy(key: string, meanwhile: (wins: Win[]) => Promise<void>): Promise<Win[]> {
    expect((await ask(0, 'PUT', key, { 'If-None-Match': '*' }, { value: '[]' }))?.status).toBe(200);
    const wins: Win[] = [];
    const writers = Array.from({ length: WRITERS }, (_, writer) => write(writer, key, wins));
    await Promise.all([...writers, meanwhile(wins)]);
    return wins;
  }

  const stored = async (key: string) =>
    (
      await database.asSuperuser<{ version: number; revision: number }>(
        'SELECT version, revision FROM secrets WHERE key = $1',
        [key],
      )
    )[0];

  it('end in one winner a version, and no number is lost', async () => {
    const wins = await writtenBy('counter', () => Promise.resolve());
    expect(wins).toHaveLength(WRITERS);
    expect(new Set(wins.map(({ tag }) => tag)).size).toBe(WRITERS);
    const revisions = wins.map(({ tag }) => Number(tag.split('.')[1])).sort((one, two) => one - two);
    expect(revisions).toEqual(wins.map((_, index) => index + 2));
    expect(await stored('counter')).toEqual({ version: WRITERS + 1, revision: WRITERS + 1 });
    // The value has the numbers in the order of the versions.
    const inOrder = [...wins].sort(
      (one, two) => Number(one.tag.split('.')[1]) - Number(two.tag.split('.')[1]),
    );
    expect(numbersIn((await ask(0, 'GET', 'counter'))!)).toEqual(inOrder.map(({ writer }) => writer));
  });

  it('lose nothing acknowledged and write nothing twice while the processes are killed in turns', async () => {
    const wins = await writtenBy('killed', async (won) => {
      for (const [index, after] of [20, 50].entries()) {
        while (won.length < after) await new Promise((resolve) => setTimeout(resolve, 5));
        await replicas[index]!.kill();
        await replicas[index]!.start();
      }
    });
    const numbers = numbersIn((await ask(0, 'GET', 'killed'))!);
    expect([...numbers].sort((one, two) => one - two)).toEqual(Array.from({ length: WRITERS }, (_, n) => n));
    expect(await stored('killed')).toEqual({ version: WRITERS + 1, revision: WRITERS + 1 });
    expect(new Set(wins.map(({ tag }) => tag)).size).toBe(wins.length);
    for (const { writer, tag } of wins) expect(numbers[Number(tag.split('.')[1]) - 2]).toBe(writer);
  });
});
