import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { loginNameKey } from '../../src/users/login-name.js';
import { AuthModule } from '../../src/auth/auth.module.js';
import { LoginFailureSweep } from '../../src/auth/throttle/login-failure-sweep.js';
import { RefusedLogins } from '../../src/auth/throttle/refused-logins.js';
import { LoginThrottle } from '../../src/auth/throttle/login-throttle.js';
import { JobRunner } from '../../src/jobs/job-runner.js';
import type { JobResult } from '../../src/jobs/job.js';
import { openServiceDataSource } from '../../src/database/connection/service-data-source.js';
import { createLogger } from '../../src/observability/logger.js';
import { APP_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { lanesOf } from '../support/lanes.js';

interface Refused {
  tenant_id: string | null;
  action: string;
  key: string | null;
  version: number | null;
  outcome: string;
  caller: Record<string, unknown>;
  detail: Record<string, unknown>;
}

describe('counters that have expired', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let throttle: LoginThrottle;
  beforeAll(async () => {
    database = await cloneDatabase();
    const { url } = database;
    dataSource = await openServiceDataSource({
      url,
      poolSize: 2,
      appRole: APP_ROLE,
      single: false,
      entities: [],
    });
    throttle = new LoginThrottle(lanesOf(dataSource));
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });
  beforeEach(() => database.asSuperuser('TRUNCATE login_failures, audit_events'));

  /** Inserts counters that expired `age` seconds ago. */
  const plant = (source: string, count: number, age: number, refused = 0) =>
    database.asSuperuser(
      `INSERT INTO login_failures (name_key, source, failures, refused, expires_at)
       SELECT sha256(convert_to($1 || n, 'UTF8')), $1, 1, $4, now() - $3 * interval '1 second'
       FROM generate_series(1, $2) n`,
      [source, count, age, refused],
    );
  const left = async (source: string) =>
    (await database.asSuperuser('SELECT FROM login_failures WHERE source = $1', [source])).length;
  const sweepOnce = (): Promise<JobResult> =>
    dataSource.transaction((manager) => new LoginFailureSweep().run(manager));
  const sweep = async (): Promise<void> => {
    while ((await sweepOnce()) === 'more');
  };
  const attempt = () => throttle.reserve(loginNameKey('alice'), '192.0.2.1', true);
  const events = async () =>
    (await database.asSuperuser<{ body: string }>('SELECT body FROM audit_events ORDER BY at, id')).map(
      ({ body }) => JSON.parse(body) as Refused,
    );

  it('go five hundred at a time, the oldest first, until none is left', async () => {
    await plant('old', 502, 100);
    await plant('older', 6, 200);
    expect(await sweepOnce()).toBe('more');
    expect([await left('older'), await left('old')]).toEqual([0, 8]);
    expect(await sweepOnce()).toBe('done');
    expect(await left('old')).toBe(0);
    expect(await sweepOnce()).toBe('done');
  });

  it('go alone: those that have time left stay', async () => {
    await plant('living', 3, -60);
    await plant('dead', 3, 1);
    await attempt();
    await sweep();
    expect([await left('living'), await left('dead'), await left('*'), await left('192.0.2.1')]).toEqual([
      3, 0, 1, 2,
    ]);
  });

  it('are left to the job by attempts, whatever their verdict', async () => {
    await plant('dead', 3, 1, 7);
    const verdicts = [];
    for (let guess = 0; guess < 6; guess += 1) verdicts.push((await attempt()).verdict);
    for (let index = 0; index < 26; index += 1)
      verdicts.push((await throttle.reserve(loginNameKey('alice'), `198.51.100.${index}`, true)).verdict);
    expect(new Set(verdicts)).toEqual(new Set(['allowed', 'locked', 'ceiling']));
    const reservation = { verdict: 'allowed', locks: false, fresh: false, unproved: true } as const;
    await throttle.succeeded(loginNameKey('alice'), '198.51.100.1', reservation);
    expect([await left('dead'), await events()]).toEqual([3, []]);
  });

  it('are left to who is at work on them', async () => {
    await plant('busy', 1, 200);
    await plant('dead', 3, 100);
    const other = new pg.Client({ connectionString: database.superuserUrl });
    await other.connect();
    try {
      await other.query("BEGIN; SELECT FROM login_failures WHERE source = 'busy' FOR UPDATE");
      await sweep();
    } finally {
      await other.end();
    }
    expect([await left('busy'), await left('dead')]).toEqual([1, 0]);
  });

  it('leave what they refused on record: source and count, and no name', async () => {
    await plant('198.51.100.7', 1, 1, 23);
    await sweep();
    const [event, ...further] = await events();
    expect(further).toEqual([]);
    expect(event).toMatchObject({
      tenant_id: null,
      action: 'login.refused',
      key: null,
      version: null,
      outcome: 'refused',
      caller: { address: '198.51.100.7' },
      detail: { count: 23 },
    });
    expect(Object.keys(event?.caller ?? {})).toEqual(['address']);
  });

  it('leave nothing on record where they refused nothing', async () => {
    await plant('quiet', 5, 1);
    await sweep();
    expect([await left('quiet'), await events()]).toEqual([0, []]);
  });

  it('put on record how many logins of each source were refused, once in a quarter of an hour', async () => {
    const refused = new RefusedLogins(lanesOf(dataSource), createLogger('silent'));
    const sources = ['192.0.2.1', '198.51.100.1', '192.0.2.1', '192.0.2.1'];
    await Promise.all(sources.map((source) => refused.count(source)));
    await sweep();
    expect(await events()).toEqual([]);
    await database.asSuperuser("UPDATE login_failures SET expires_at = now() - interval '1 second'");
    await refused.count('192.0.2.1');
    await sweep();
    const recorded = (await events()).map(({ caller, detail }) => [caller.address, detail.count]);
    expect(recorded.sort()).toEqual([
      ['192.0.2.1', 4],
      ['198.51.100.1', 1],
    ]);
  });

  it('are swept by a job that the service registers', () => {
    const runner = new JobRunner(lanesOf(dataSource), createLogger('silent'));
    new AuthModule(runner, new LoginFailureSweep()).onModuleInit();
    expect(() => runner.register(new LoginFailureSweep())).toThrow('Two jobs are named login failure sweep');
  });

  it('can neither be swept nor asked for by logins that are not the service', async () => {
    const rows = await database.asSuperuser(
      `SELECT p.proname AS name, has_function_privilege('public', p.oid, 'EXECUTE') AS everyone,
         has_function_privilege($1, p.oid, 'EXECUTE') AS service
       FROM pg_proc p WHERE p.proname ~ 'login' ORDER BY 1`,
      [APP_ROLE],
    );
    expect(rows).toEqual(
      [
        'count_refused_logins',
        'login_failures_full',
        'login_reserve',
        'login_succeeded',
        'sweep_login_failures',
        'unlock_login',
      ].map((name) => ({
        name,
        everyone: false,
        service: true,
      })),
    );
  });
});
