import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { loginNameKey } from '../../src/users/login-name.js';
import { LoginFailureSweep } from '../../src/auth/throttle/login-failure-sweep.js';
import { LoginThrottle } from '../../src/auth/throttle/login-throttle.js';
import type { JobResult } from '../../src/jobs/job.js';
import { openServiceDataSource } from '../../src/database/connection/service-data-source.js';
import { APP_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { lanesOf } from '../support/lanes.js';

const HOME = '192.0.2.1';
const BARRIER = 4711;

/** Blocks every sweep that has locked its rows until the barrier opens. */
const HOLD_SWEEPS = `
  CREATE FUNCTION hold_sweep() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_advisory_xact_lock_shared(${BARRIER});
    RETURN NULL;
  END
  $$;
  CREATE TRIGGER hold_sweep AFTER DELETE ON login_failures EXECUTE FUNCTION hold_sweep();
`;

describe('names that come back while their expired counters are swept', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let barrier: pg.Client;
  beforeAll(async () => {
    database = await cloneDatabase();
    const { url } = database;
    dataSource = await openServiceDataSource({
      url,
      poolSize: 4,
      appRole: APP_ROLE,
      single: false,
      entities: [],
    });
    await database.asSuperuser(HOLD_SWEEPS);
    barrier = new pg.Client({ connectionString: database.superuserUrl });
    await barrier.connect();
  });
  afterAll(async () => {
    await barrier.end();
    await dataSource.destroy();
    await database.drop();
  });

  /** Inserts counters of other names and one of this name, all expired by this many days. */
  const plant = (name: string, others: number, days: number) =>
    database.asSuperuser(
      `INSERT INTO login_failures (name_key, source, failures, expires_at)
       SELECT CASE n WHEN 0 THEN $1::bytea ELSE sha256(convert_to($2 || n, 'UTF8')) END, $3, 1,
         now() - $5 * interval '1 day' FROM generate_series(0, $4) n`,
      [loginNameKey(name), name, HOME, others, days],
    );

  async function untilWaiting(sessions: number): Promise<void> {
    for (;;) {
      const { rowCount } = await barrier.query(
        'SELECT DISTINCT pid FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())',
      );
      if ((rowCount ?? 0) >= sessions) return;
    }
  }

  const allowed = { verdict: 'allowed', locks: false, fresh: false, unproved: true };
  const sweep = (): Promise<JobResult> =>
    dataSource.transaction(async (manager) => {
      await manager.query('SET LOCAL lock_timeout = 0');
      return new LoginFailureSweep().run(manager);
    });

  it('are answered once the sweep has ended, though each waits for it', async () => {
    await plant('first', 9, 2);
    await plant('second', 9, 1);
    await barrier.query(`SELECT pg_advisory_lock(${BARRIER})`);
    const [one, other] = [new LoginThrottle(lanesOf(dataSource)), new LoginThrottle(lanesOf(dataSource))];
    const swept = sweep();
    await untilWaiting(1);
    const second = one.reserve(loginNameKey('second'), HOME, true);
    await untilWaiting(2);
    const first = other.reserve(loginNameKey('first'), HOME, true);
    const all = Promise.all([swept, first, second]);
    all.catch(() => undefined);
    await untilWaiting(3);
    await barrier.query(`SELECT pg_advisory_unlock(${BARRIER})`);
    expect(await all).toEqual(['done', allowed, allowed]);
  });

  it('hold no sweep up: it passes over the counters that an attempt under way holds', async () => {
    await plant('third', 9, 1);
    const throttle = new LoginThrottle(lanesOf(dataSource));
    const name = loginNameKey('third');
    await throttle.reserve(name, '192.0.2.9', true);
    await database.asSuperuser("UPDATE login_failures SET expires_at = now() - interval '1 minute'");
    await barrier.query("BEGIN; SELECT FROM login_failures WHERE source = '*' FOR UPDATE");
    const attempt = throttle.reserve(name, HOME, true);
    await untilWaiting(1);
    expect(await sweep()).toBe('done');
    const left = await barrier.query<{ source: string }>(
      'SELECT source FROM login_failures WHERE name_key = $1 ORDER BY source',
      [name],
    );
    await barrier.query('COMMIT');
    expect([left.rows, await attempt]).toEqual([[{ source: '*' }, { source: HOME }], allowed]);
  });
});
