import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { send, type Answer } from '../support/http-client.js';
import { until } from '../support/until.js';
import { external, HEADERS } from './external.js';
import { Replica } from './replica.js';

const SECRETS = 30;
const PREFIXES = ['north.', 'south.', 'west.'];

describe('movers of the same secrets on two processes, one of which is killed', () => {
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

  /** Sends a request to a process; undefined without an answer. */
  async function ask(
    { url, agent }: Replica,
    method: string,
    path: string,
    body?: object,
  ): Promise<Answer | undefined> {
    if (url === undefined) return setTimeout(10, undefined);
    const call = {
      ...{ method, path: `/api/v3.1${path}`, agent },
      headers: { ...HEADERS, ...(body && { 'Content-Type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    };
    return send(url, call).catch(() => undefined);
  }

  const names = Array.from({ length: SECRETS }, (_, index) => `secret-${index}`);
  let isOver = false;
  let moves = 0;

  /** Moves all secrets to the next prefix, again and again. */
  async function mover(replica: Replica): Promise<void> {
    for (let turn = 0; !isOver; turn += 1) {
      const [from, to] = [0, 1].map((offset) => PREFIXES[(turn + offset) % PREFIXES.length]!);
      const body = { from_prefix: from, to_prefix: to };
      const answer = await ask(replica, 'POST', '/bulk/secrets/move', body);
      if (answer === undefined) continue;
      expect([200, 404, 503]).toContain(answer.status);
      if (answer.status === 200) moves += 1;
    }
  }

  /** Expects each list to have every secret once, and all under one prefix. */
  async function reader(replica: Replica): Promise<number> {
    let lists = 0;
    while (!isOver) {
      const answer = await ask(replica, 'GET', '/secrets?_include=key&_size=1000');
      if (answer === undefined) continue;
      const keys = (answer.body.items as { key: string }[]).map(({ key }) => key);
      const [prefix = ''] = (keys[0] ?? '').split('secret-', 1);
      expect(keys.sort()).toEqual(names.map((name) => `${prefix}${name}`).sort());
      lists += 1;
    }
    return lists;
  }

  it('lose no secret, double none, and leave one event for each move of each', async () => {
    for (const name of names)
      expect((await ask(replicas[0]!, 'PUT', `/secrets/north.${name}`, { value: name }))?.status).toBe(200);
    const running = [
      ...replicas.flatMap((replica) => [mover(replica), mover(replica)]),
      ...replicas.map(reader),
    ];
    for (const [index, after] of [12, 24].entries()) {
      await until(() => moves >= after);
      await replicas[index]!.kill();
      await replicas[index]!.start();
    }
    await until(() => moves >= 36);
    isOver = true;
    await Promise.all(running);

    const rows = await database.asSuperuser<{
      key: string;
      revision: number;
      version: number;
      events: number;
    }>(
      `SELECT s.key, s.revision, s.version, (
         SELECT count(*)::integer FROM audit_events e
         WHERE e.secret_id = s.id AND e.action = 'secret.move' AND e.outcome = 'ok'
       ) AS events FROM secrets s`,
    );
    expect(rows).toHaveLength(SECRETS);
    for (const { key, revision, version, events } of rows) {
      expect([key, version, events]).toEqual([key, 1, revision - 1]);
      expect(revision).toBeGreaterThan(36);
      expect((await ask(replicas[1]!, 'GET', `/secrets/${key}`))?.body.value).toBe(key.replace(/^\w+\./, ''));
    }
    const [whole] = await database.asSuperuser<{ events: number }>(
      `SELECT count(*)::integer AS events FROM audit_events WHERE action = 'secret.bulk_move' AND outcome = 'ok'`,
    );
    expect(whole?.events).toBe(rows[0]!.revision - 1);
  });
});
