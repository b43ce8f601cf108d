import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Lanes } from '../../src/database/lanes.js';
import type { Answer } from '../support/http-client.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const times = <T>(count: number, call: (number: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, number) => call(number)));

function statusesOf(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** Requires that each change was made, or refused as `busy`, and returns how many were made. */
function expectDoneOrBusy(answers: readonly Answer[]): number {
  const others = answers.filter(({ status }) => status !== 200);
  for (const { status, body } of others) expect([status, body.error_code]).toEqual([503, 'busy']);
  return answers.length - others.length;
}

describe('the lanes of the connection pool', () => {
  let strongroom: Strongroom;
  let replica: Strongroom;
  let greedy: As;
  let other: As;
  beforeAll(async () => {
    strongroom = await Strongroom.start();
    replica = await strongroom.replica();
    greedy = await strongroom.tenant('greedy');
    other = await strongroom.tenant('other');
    await times(12, (number) => strongroom.secret(greedy, 'PUT', `held-${number}`, 'old'));
    for (const key of ['held', 'hot']) await strongroom.secret(greedy, 'PUT', key, 'old');
    await strongroom.secret(other, 'PUT', 'mine', 'x');
  });
  afterAll(async () => {
    await replica.stop();
    await strongroom.stop();
  });

  /** Locks rows of secrets by a session of its own while `work` runs. */
  async function whileHeld<T>(condition: string, work: () => Promise<T>): Promise<T> {
    const client = new pg.Client(strongroom.database.superuserUrl);
    await client.connect();
    try {
      await client.query('BEGIN');
      await client.query(`SELECT FROM secrets WHERE ${condition} FOR UPDATE`);
      return await work();
    } finally {
      await client.end();
    }
  }

  async function eventsOf(key: string, action: string): Promise<number> {
    const rows = await strongroom.database.asSuperuser(
      `SELECT FROM audit_events WHERE key = $1 AND action = $2 AND outcome = 'ok'`,
      [key, action],
    );
    return rows.length;
  }

  async function conflictsOf(key: string): Promise<number> {
    const rows = await strongroom.database.asSuperuser(
      `SELECT FROM audit_events WHERE key = $1 AND outcome = 'conflict'`,
      [key],
    );
    return rows.length;
  }

  it('serve another tenant while the writes of one wait for rows that somebody holds', async () => {
    let waiting: Promise<Answer[]> | undefined;
    await whileHeld(`key LIKE 'held-%'`, async () => {
      let settled = false;
      waiting = times(12, (number) => strongroom.secret(greedy, 'PATCH', `held-${number}`, 'new')).finally(
        () => (settled = true),
      );
      const answers = await times(40, () => strongroom.secret(other, 'GET', 'mine'));
      expect(statusesOf(answers)).toEqual({ 200: 40 });
      expect((await strongroom.secret(other, 'PATCH', 'mine', 'y')).status).toBe(200);
      expect((await strongroom.call({}, 'GET', '/health/ready')).status).toBe(200);
      expect(settled).toBe(false);
    });
    expectDoneOrBusy((await waiting) ?? []);
  });

  it('tell a writer that waits for too long that others are busy, and change nothing', async () => {
    const answer = await whileHeld(`key = 'held'`, () => strongroom.secret(greedy, 'PATCH', 'held', 'new'));
    expect([answer.status, answer.body.error_code, answer.headers['retry-after']]).toEqual([
      503,
      'busy',
      '1',
    ]);
    expect((await strongroom.secret(greedy, 'GET', 'held')).body.value).toBe('old');
    expect(await eventsOf('held', 'secret.update')).toBe(0);
  });

  it('let a hundred writers of one key succeed, on two replicas', async () => {
    const answers = await times(100, (number) =>
      (number % 2 === 0 ? strongroom : replica).secret(greedy, 'PATCH', 'hot', `value ${number}`),
    );
    const done = expectDoneOrBusy(answers);
    // All of them, unless the machine is so busy that some reach their deadline.
    expect(done).toBeGreaterThan(25);
    expect(await eventsOf('hot', 'secret.update')).toBe(done);
    const [row] = await strongroom.database.asSuperuser<{ version: number }>(
      `SELECT version FROM secrets WHERE key = 'hot'`,
    );
    expect(row?.version).toBe(1 + done);
  });

  it('create with `update_if_exists` what is deleted at the same moment', async () => {
    const put = (on: Strongroom, key: string): Promise<Answer> =>
      on.call(greedy, 'PUT', `/api/v3/secrets/${key}`, { value: 'x', update_if_exists: true });
    const puts: Answer[] = [];
    const deletions: Answer[] = [];
    for (let round = 0; round < 100; round += 1) {
      const key = `raced-${round % 3}`;
      const [one, gone, two] = await Promise.all([
        put(strongroom, key),
        strongroom.secret(greedy, 'DELETE', key),
        put(replica, key),
      ]);
      puts.push(one, two);
      deletions.push(gone);
    }
    expect(statusesOf(puts)).toEqual({ 200: 200 });
    const deleted = deletions.filter(({ status }) => status === 200).length;
    expect(deletions.filter(({ status }) => status === 404)).toHaveLength(100 - deleted);
    const events = await strongroom.database.asSuperuser<{ action: string; count: number }>(
      `SELECT action, count(*)::integer AS count FROM audit_events
       WHERE key LIKE 'raced-%' AND outcome = 'ok' GROUP BY action ORDER BY action`,
    );
    const counts = Object.fromEntries(events.map(({ action, count }) => [action, count]));
    expect(counts['secret.delete']).toBe(deleted);
    expect((counts['secret.create'] ?? 0) + (counts['secret.update'] ?? 0)).toBe(200);
  });

  it('end at once a creation of a global secret whose key another tenant has', async () => {
    await strongroom.secret(other, 'PUT', 'elsewhere', 'x');
    const put = (more: object): Promise<Answer> =>
      strongroom.call(ADMIN, 'PUT', '/api/v3.1/secrets/elsewhere', {
        value: 'y',
        visibility: 'global',
        ...more,
      });
    const [plain, updating] = [await put({}), await put({ update_if_exists: true })];
    expect([plain.status, updating.status]).toEqual([409, 409]);
    expect(await conflictsOf('elsewhere')).toBe(2);
  });

  it('give all places back', async () => {
    await strongroom.call(ADMIN, 'GET', '/api/v3.1/users');
    for (const { running, waiting } of Object.values(strongroom.service.app.get(Lanes).gauges()))
      expect([running, waiting]).toEqual([0, 0]);
  });
});
