import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { loginNameKey } from '../../src/users/login-name.js';
import { SERVICE, cloneDatabase, type TestDatabase } from '../support/database.js';

const HOME = '192.0.2.1';

/** Fills the table to its limit with counters that live for another hour, except for a thousand expired ones. */
const FILL = `
  INSERT INTO login_failures (name_key, source, failures, expires_at)
  SELECT sha256(convert_to('filler ' || n, 'UTF8')), '198.51.100.' || n % 250, 1,
    now() + CASE WHEN n <= 1000 THEN interval '-1 hour' ELSE interval '1 hour' END
  FROM generate_series(1, 200000) n`;

describe('a throttle with as many counters as there may be', () => {
  let database: TestDatabase;
  let client: pg.Client;
  const plans: string[] = [];
  beforeAll(async () => {
    database = await cloneDatabase();
    await database.asSuperuser(FILL);
    await database.asSuperuser('ANALYZE login_failures');
    client = new pg.Client(database.superuserUrl);
    client.on('notice', ({ message = '' }) => plans.push(message));
    await client.connect();
    await client.query(`LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0;
      SET auto_explain.log_nested_statements = on; SET auto_explain.log_analyze = on;
      SET auto_explain.log_min_duration = 0; SET auto_explain.log_level = notice;
      SET SESSION AUTHORIZATION ${SERVICE}`);
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  const call = async (text: string, values: unknown[]) => {
    plans.length = 0;
    const { rows } = await client.query<Record<string, unknown>>(text, values);
    return rows;
  };
  const reserve = async (name: string, source: string, isKnown: boolean) => {
    const values = [loginNameKey(name), source, isKnown];
    const [row] = await call('SELECT verdict FROM login_reserve($1, $2, $3)', values);
    return row?.verdict;
  };
  const rowsOf = async (name: string) =>
    (await database.asSuperuser('SELECT FROM login_failures WHERE name_key = $1', [loginNameKey(name)]))
      .length;
  /** Returns the scans of the table in the plans of the last call, without their costs. */
  const scans = () => [
    ...new Set(
      plans.flatMap((plan) =>
        [
          ...plan.matchAll(/(\w[\w ]* Scan)(?: using (\w+))? on (?:login_failures|\w*login_failures\w*)/g),
        ].map(([, kind = '', index = '']) => `${kind} ${index}`.trim()),
      ),
    ),
  ];

  it('makes no more rows for the names of nobody, and still bounds their sources', async () => {
    const verdicts = [];
    for (let index = 0; index < 102; index += 1) verdicts.push(await reserve(`nobody-${index}`, HOME, false));
    expect([verdicts.slice(0, 100), verdicts.slice(100)]).toEqual([
      Array(100).fill('allowed'),
      ['ceiling', 'ceiling'],
    ]);
    expect([await rowsOf('nobody-0'), await rowsOf('nobody-99')]).toEqual([0, 0]);
  });

  it('still bounds the names of users, each by itself', async () => {
    const verdicts = [];
    for (let index = 0; index < 6; index += 1) verdicts.push(await reserve('alice', '192.0.2.2', true));
    expect(verdicts).toEqual([...Array<string>(5).fill('allowed'), 'locked']);
    expect(await rowsOf('alice')).toBe(2);
  });

  it('counts refusals of new sources together', async () => {
    await call('SELECT count_refused_logins($1, $2)', [
      ['203.0.113.1', '203.0.113.2'],
      [3, 4],
    ]);
    await call('SELECT count_refused_logins($1, $2)', [['203.0.113.1'], [2]]);
    expect(
      await database.asSuperuser('SELECT source, refused FROM login_failures WHERE refused > 0'),
    ).toEqual([{ source: '*', refused: 9 }]);
  });

  it.each([
    ['reserves', 'SELECT login_reserve($1, $2, true)', [loginNameKey('bob'), HOME]],
    ['clears', 'SELECT login_succeeded($1, $2, true)', [loginNameKey('alice'), '192.0.2.2']],
    ['unlocks', 'SELECT unlock_login($1)', [loginNameKey('alice')]],
    ['counts refusals', 'SELECT count_refused_logins($1, $2)', [['203.0.113.9'], [1]]],
  ])('%s by the primary key', async (_what, text, values) => {
    await call(text, values);
    expect(plans.length).toBeGreaterThan(0);
    expect(scans().length).toBeGreaterThan(0);
    for (const scan of scans()) expect(scan).toMatch(/pk_login_failures$/);
  });

  it('is swept by the index of the expiries, which is searched for the expired ones alone', async () => {
    const [swept] = await call('SELECT sweep_login_failures(500) AS deleted', []);
    expect(swept).toEqual({ deleted: 500 });
    const plan = plans.find((text) => text.includes('DELETE FROM login_failures')) ?? '';
    expect(plan).toMatch(/Index Scan using ix_login_failures_expires_at on login_failures/);
    expect(plan).toMatch(/Index Cond: \(expires_at <= now\(\)\)/);
    expect(plan).not.toMatch(/Seq Scan on login_failures|Rows Removed by Filter/);
  });
});
