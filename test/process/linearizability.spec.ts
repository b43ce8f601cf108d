import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cloneDatabase, SERVICE, type TestDatabase } from '../support/database.js';
import { send } from '../support/http-client.js';
import { unexplained } from '../support/linearizability.js';
import { secretModel, staleRead, telling, type Operation } from '../support/secret-history.js';
import { SEED, seeded } from '../support/seeded.js';
import { SeededRandom } from '../support/seeded-random.js';
import { external, HEADERS } from './external.js';
import { Replica } from './replica.js';
import { SecretTraffic } from './secret-traffic.js';

const CLIENTS = 24;
const KEYS = 12;
const KILLS = 4;
const OPERATIONS = 5_000;

const BASIC = {
  ...HEADERS,
  'Content-Type': 'application/json',
};

describe('three processes on one database, killed in turns', () => {
  let database: TestDatabase;
  let replicas: Replica[];
  let traffic: SecretTraffic;
  beforeAll(async () => {
    database = await cloneDatabase();
    replicas = [1, 2, 3].map(() => new Replica({ ...external(database), STRONGROOM_LOG_LEVEL: 'fatal' }));
    await Promise.all(replicas.map((replica) => replica.start()));
    const body = '{"description":"for traffic"}';
    const made = await send(replicas[0]!.url!, {
      method: 'POST',
      path: '/api/v3.1/tokens',
      headers: BASIC,
      body,
    });
    const { Authorization: _, ...others } = BASIC;
    const token = { ...others, 'Authentication-Token': String(made.body.value) };
    traffic = new SecretTraffic(replicas, [BASIC, token], KEYS);
  });
  afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica.stop()));
    await database.drop();
  });

  /** Kills one replica at a time; now and then all of them lose their connections to the database. */
  async function disturb(random: SeededRandom): Promise<void> {
    for (let kill = 0; kill < KILLS; kill += 1) {
      await sleep(200 + random.below(400));
      const replica = replicas[kill % replicas.length]!;
      await replica.kill();
      await sleep(random.below(200));
      await replica.start();
      await database.asSuperuser(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1 AND datname = $2',
        [SERVICE, database.name],
      );
    }
    while (traffic.size < OPERATIONS && !traffic.isOver) await sleep(50);
  }

  it('answer as one that does one thing at a time', async () => {
    await seeded(async () => {
      const disturbed = disturb(new SeededRandom(SEED)).finally(() => traffic.end());
      for (const ended of await Promise.allSettled([traffic.run(CLIENTS, SEED), disturbed]))
        if (ended.status === 'rejected') throw ended.reason;
      for (const [key, history] of traffic.histories)
        expect([key, unexplained(telling(history), secretModel)]).toEqual([key, undefined]);
    });
  });

  it('were asked enough for that to mean something', () => {
    const all = [...traffic.histories.values()].flat();
    expect(all.length).toBeGreaterThanOrEqual(OPERATIONS);
    const outcomes = new Set(
      all.map(({ request, answer }) => `${request.kind} ${answer?.outcome ?? 'unknown'}`),
    );
    expect([...outcomes].filter((outcome) => !outcome.endsWith(' unknown')).sort()).toEqual([
      'create conflict',
      'create ok',
      'delete absent',
      'delete ok',
      'get absent',
      'get ok',
      'update absent',
      'update ok',
    ]);
    // Which requests a kill cuts off is chance. Of those, only changes make the check harder.
    const cut = all.filter(({ request, answer }) => answer === undefined && request.kind !== 'get');
    expect(cut.length).toBeGreaterThan(0);
    for (const replica of replicas) expect(traffic.answers.get(replica)).toBeGreaterThan(OPERATIONS / 10);
    const ofReads = (list: readonly Operation[]) =>
      list.filter(({ request }) => request.kind === 'get').length;
    expect(ofReads(all)).toBeGreaterThan(OPERATIONS / 4);
  });

  it('would not have been believed with one stale read among their answers', async () => {
    await seeded(() => {
      const random = new SeededRandom(SEED);
      for (const [key, history] of traffic.histories) {
        const read = staleRead(history, random.below(1_000) / 1_000);
        expect([key, read]).toEqual([key, expect.objectContaining({ request: { kind: 'get' } })]);
        expect([key, unexplained(telling([...history, read!]), secretModel)]).not.toEqual([key, undefined]);
      }
    });
  });
});
