import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { EventReader } from '../support/event-reader.js';
import { send, type Answer } from '../support/http-client.js';
import { until } from '../support/until.js';
import { external, HEADERS } from './external.js';
import { Replica } from './replica.js';

const CHANGES = '/api/v3.1/changes/secrets';
const WRITERS = 6;
const ROUNDS = 12;

interface Item {
  readonly change: string;
  readonly key: string;
  readonly revision: number;
}

const shown = ({ change, key, revision }: Item): string => `${change} ${key} ${revision}`;

describe('readers of changes beside writers on two processes, one of which is killed', () => {
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

  /** Returns the process of a number, or the other one while that is down. */
  const replicaOf = (number: number): Replica | undefined =>
    [0, 1].map((offset) => replicas[(number + offset) % 2]!).find(({ url }) => url !== undefined);

  /** Sends a request; undefined without an answer. */
  async function ask(
    number: number,
    method: string,
    path: string,
    body?: object,
  ): Promise<Answer | undefined> {
    const replica = replicaOf(number);
    if (replica?.url === undefined) return undefined;
    const call = {
      ...{ method, path, agent: replica.agent },
      headers: { ...HEADERS, ...(body && { 'Content-Type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    };
    return send(replica.url, call).catch(() => undefined);
  }

  /** Creates, changes and deletes a key again and again, and notes what was acknowledged. */
  async function write(number: number, acknowledged: string[]): Promise<void> {
    const path = `/api/v3.1/secrets/key-${number}`;
    const acts = [
      ['created', 'PUT', { value: 'one' }],
      ['updated', 'PATCH', { value: 'two' }],
      ['updated', 'PATCH', { description: 'three' }],
      ['deleted', 'DELETE', undefined],
    ] as const;
    for (let round = 0; round < ROUNDS; round += 1)
      for (const [index, [change, method, body]] of acts.entries()) {
        const answer = await ask(number + round, method, path, body);
        if (answer !== undefined && answer.status < 300)
          acknowledged.push(`${change} key-${number} ${index}`);
        // Without an answer it may have been made all the same.
        if (answer === undefined) await sleep(5);
      }
  }

  const readers = { goOn: true };

  async function poll(number: number, start: string, found: string[]): Promise<void> {
    for (let since = start; readers.goOn;) {
      const answer = await ask(number, 'GET', `${CHANGES}?wait=1&since=${since}`);
      if (answer?.status !== 200) continue;
      found.push(...(answer.body.items as Item[]).map(shown));
      since = String(answer.body.cursor);
    }
  }

  async function stream(number: number, start: string, found: string[]): Promise<void> {
    for (let id = start; readers.goOn;) {
      const url = replicaOf(number)?.url;
      const reader =
        url &&
        (await EventReader.open(url + CHANGES, { ...HEADERS, 'Last-Event-ID': id }).catch(() => undefined));
      if (!reader) continue;
      let taken = 0;
      const take = (): void => {
        const items = reader.changes();
        found.push(...items.slice(taken).map((item) => shown(item as never)));
        taken = items.length;
      };
      await until(() => {
        take();
        return reader.ended || !readers.goOn;
      });
      take();
      id = reader.id === '' ? id : reader.id;
      reader.close();
    }
  }

  it('miss nothing and see nothing twice, in the order in which it happened', async () => {
    const start = String((await ask(0, 'GET', CHANGES))!.body.cursor);
    const found = [1, 2, 3, 4].map((): string[] => []);
    const reading = [poll(0, start, found[0]!), poll(1, start, found[1]!)];
    reading.push(stream(0, start, found[2]!), stream(1, start, found[3]!));
    const acknowledged: string[] = [];
    const writing = Array.from({ length: WRITERS }, (_, number) => write(number, acknowledged));
    const killing = (async () => {
      for (const [index, after] of [60, 140].entries()) {
        await until(() => acknowledged.length >= after);
        await replicas[index]!.kill();
        await replicas[index]!.start();
      }
    })();
    await Promise.all([...writing, killing]);
    await ask(0, 'PUT', '/api/v3.1/secrets/the-end', { value: 'of all' });
    const isAtEnd = (seen: string[]): boolean => seen.includes('created the-end 1');
    await until(() => found.every(isAtEnd));
    readers.goOn = false;
    await Promise.all(reading);
    const rows = await database.asSuperuser<Item>(
      `SELECT change, key, revision FROM secret_changes WHERE position > 0 ORDER BY position`,
    );
    const truth = rows.map(shown);
    for (const seen of found) expect(seen).toEqual(truth);
    expect(truth.length).toBeGreaterThanOrEqual(acknowledged.length);
    for (let number = 0; number < WRITERS; number += 1) {
      const made = acknowledged.filter((text) => text.includes(`key-${number} `)).length;
      const ofKey = rows.filter(({ key }) => key === `key-${number}`);
      expect(ofKey.length).toBeGreaterThanOrEqual(made);
      // A life of a secret begins with its creation, and each change has the next revision.
      ofKey.forEach(({ change, revision }, index) => {
        const before = ofKey[index - 1];
        if (change === 'created') expect([before?.change ?? 'deleted', revision]).toEqual(['deleted', 1]);
        else expect(revision).toBe((before?.revision ?? 0) + (change === 'updated' ? 1 : 0));
      });
    }
  });
});
