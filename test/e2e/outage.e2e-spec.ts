import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Lanes } from '../../src/database/lanes.js';
import { poolOf } from '../../src/database/named-query.js';
import { cloneDatabase } from '../support/database.js';
import { ADMIN, Strongroom } from '../support/strongroom.js';
import { Wire } from '../support/wire.js';

describe('a database that fails', () => {
  let room: Strongroom;
  let wire: Wire;
  let port: number;
  beforeAll(async () => {
    const database = await cloneDatabase();
    const before = await Wire.before(database);
    ({ wire, port } = before);
    room = await Strongroom.start(before.environment, database);
    await room.stopJobs();
    await room.secret(ADMIN, 'PUT', 'kept', 'x');
  });
  afterAll(async () => {
    await room.stop();
    await wire.cut();
  });

  async function untilReady(): Promise<void> {
    while ((await room.call({}, 'GET', '/health/ready')).status !== 200)
      await new Promise((resolve) => setTimeout(resolve, 50));
  }

  async function openTransactions(): Promise<number> {
    const rows = await room.database.asSuperuser(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
    );
    return rows.length;
  }

  /**
   * Expects that the log since `from` tells of one outage: its begin, its end, and one line for each failed request.
   */
  function expectPlainWords(from: number): void {
    const lines = room.logs.slice(from).map((line) => JSON.parse(line) as Record<string, unknown>);
    const [lost, back, ...more] = lines.filter(({ msg }) => /^(not )?ready: /.test(String(msg)));
    expect(lost).toMatchObject({
      level: 'error',
      msg: expect.stringMatching(/^not ready: the database does not answer \(.*\); requests are refused/),
    });
    expect(back).toMatchObject({
      level: 'warn',
      notReadySeconds: expect.any(Number),
      msg: expect.stringMatching(/^ready: the database can serve requests again, after [\d.]+ s$/),
    });
    expect(more).toEqual([]);
    const failures = lines.filter(({ msg }) => msg === 'answered 503');
    const refused = lines.filter(({ msg, status }) => msg === 'request' && status === 503);
    expect(failures.filter(({ level }) => level === 'error').map(({ requestId }) => requestId)).toEqual(
      refused.filter(({ route }) => route !== '/health/ready').map(({ requestId }) => requestId),
    );
    expect(failures).not.toEqual([]);
    for (const failure of failures) {
      expect(failure.errorCode).toBe('unavailable');
      expect(JSON.stringify(failure)).not.toContain('"stack"');
    }
  }

  it('is 503 while it is gone, and over when it is back, without a restart', async () => {
    const from = room.logs.length;
    await wire.cut();
    for (const [method, value] of [['GET'], ['PUT', 'y'], ['PATCH', 'y'], ['DELETE']] as const) {
      const answer = await room.secret(ADMIN, method, 'kept', value);
      expect(answer.status).toBe(503);
      expect(answer.body.error_code).toBe('unavailable');
      expect(answer.headers['retry-after']).toMatch(/^\d+$/);
      expect(answer.body.message).toContain(answer.headers['x-request-id']);
    }
    expect((await room.call(ADMIN, 'GET', '/api/v3/secrets')).status).toBe(503);
    expect((await room.call({}, 'GET', '/health/ready')).status).toBe(503);
    expect((await room.call({}, 'GET', '/health/live')).status).toBe(200);
    await wire.mend(port);
    await untilReady();
    const answer = await room.secret(ADMIN, 'GET', 'kept');
    expect([answer.status, answer.body.value]).toEqual([200, 'x']);
    expectPlainWords(from);
  });

  it('is noticed without any request, when idle connections are lost', async () => {
    const from = room.logs.length;
    const told = (text: string) => room.logs.slice(from).some((line) => line.includes(`"msg":"${text}`));
    await wire.cut();
    while (!told('not ready: the database does not answer')) await sleep(20);
    await wire.mend(port);
    while (!told('ready: the database can serve requests again')) await sleep(20);
  });

  it('is 503 where connections are lost in the middle', async () => {
    wire.hold(true);
    const asked = Promise.all(Array.from({ length: 20 }, () => room.secret(ADMIN, 'GET', 'kept')));
    await new Promise((resolve) => setTimeout(resolve, 300));
    await wire.cut();
    wire.hold(false);
    await wire.mend(port);
    for (const { status } of await asked) expect([200, 503]).toContain(status);
    await untilReady();
    expect((await room.secret(ADMIN, 'GET', 'kept')).status).toBe(200);
  });

  it('is 503 where it falls silent and keeps its connections open', async () => {
    wire.hold(true);
    const asked = [
      ...Array.from({ length: 4 }, () => room.secret(ADMIN, 'GET', 'kept')),
      ...Array.from({ length: 4 }, () => room.secret(ADMIN, 'PATCH', 'kept', 'never')),
    ];
    for (const { status } of await Promise.all(asked)) expect(status).toBe(503);
    wire.hold(false);
    await untilReady();
    for (let time = 0; time < 20; time += 1) {
      const answer = await room.secret(ADMIN, 'GET', 'kept');
      expect([answer.status, answer.body.value]).toEqual([200, 'x']);
    }
    expect(await openTransactions()).toBe(0);
  });

  it('is not asked by connections that were lost in silence, once one of them was noticed', async () => {
    const calls = () => Promise.all(Array.from({ length: 20 }, () => room.secret(ADMIN, 'GET', 'kept')));
    // Opens several connections.
    for (const { status } of await calls()) expect(status).toBe(200);
    await Promise.all(Array.from({ length: 4 }, () => room.secret(ADMIN, 'PATCH', 'kept', 'x')));
    wire.lose();
    expect((await room.secret(ADMIN, 'GET', 'kept')).status).toBe(503);
    await untilReady();
    for (const { status } of await calls()) expect(status).toBe(200);
    for (let time = 0; time < 4; time += 1)
      expect((await room.secret(ADMIN, 'PATCH', 'kept', 'x')).status).toBe(200);
  });

  it('ends the requests that wait for it, once it is known to be away', async () => {
    const holder = poolOf(room.installation.dataSource);
    const client = await holder.connect();
    wire.hold(true);
    // A statement without a time limit of its own, as one whose server is lost.
    const patient = { text: 'SELECT 1', query_timeout: 60_000 };
    const waiting = client.query(patient as pg.QueryConfig).then(
      () => 'answered',
      (error: unknown) => (error as Error).message,
    );
    const asked = room.secret(ADMIN, 'GET', 'kept');
    while (!room.installation.health.isAway) await sleep(50);
    expect(await waiting).toMatch(/^Connection terminated/);
    client.release(true);
    expect((await asked).status).toBe(503);
    wire.hold(false);
    await untilReady();
  });

  it('is refused at once where it is known to be away, until it answers again', async () => {
    wire.hold(true);
    expect((await room.secret(ADMIN, 'GET', 'kept')).status).toBe(503);
    while (!room.installation.health.isAway) await new Promise((resolve) => setTimeout(resolve, 50));
    const asked = Promise.all(Array.from({ length: 50 }, () => room.secret(ADMIN, 'GET', 'kept')));
    for (const { status, body } of await asked) {
      expect([status, body.error_code]).toEqual([503, 'unavailable']);
      expect(room.service.app.get(Lanes).gauges().reads.running).toBe(0);
    }
    wire.hold(false);
    await untilReady();
    expect((await room.secret(ADMIN, 'GET', 'kept')).status).toBe(200);
    const lines = room.logs.filter((line) =>
      /the database (does not answer|can serve requests again)/.test(line),
    );
    expect(lines.length).toBeGreaterThanOrEqual(2);
  });

  it('is 503 where it can only be read', async () => {
    await room.database.asSuperuser(
      `ALTER DATABASE ${room.database.name} SET default_transaction_read_only = on`,
    );
    await wire.cut();
    await wire.mend(port);
    try {
      expect((await room.secret(ADMIN, 'GET', 'kept')).status).toBe(503);
      expect((await room.secret(ADMIN, 'PUT', 'not-written', 'x')).status).toBe(503);
      expect((await room.call({}, 'GET', '/health/ready')).status).toBe(503);
    } finally {
      await room.database.asSuperuser(
        `BEGIN READ WRITE; ALTER DATABASE ${room.database.name} RESET default_transaction_read_only; COMMIT`,
      );
      await wire.cut();
      await wire.mend(port);
      await untilReady();
    }
    expect((await room.secret(ADMIN, 'GET', 'kept')).status).toBe(200);
    expect((await room.secret(ADMIN, 'GET', 'not-written')).status).toBe(404);
  });

  it('is 503 where it takes too long', async () => {
    const holder = new pg.Client({ connectionString: room.database.superuserUrl });
    await holder.connect();
    await holder.query('BEGIN; LOCK TABLE secrets IN ACCESS EXCLUSIVE MODE');
    // Answered while the lock is still held.
    expect((await room.secret(ADMIN, 'PATCH', 'kept', 'y')).status).toBe(503);
    await holder.end();
    expect((await room.secret(ADMIN, 'GET', 'kept')).body.value).toBe('x');
  });
});
