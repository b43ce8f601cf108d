import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { NIL_UUID } from '../../src/common/ids.js';
import { Unavailable } from '../../src/common/errors.js';
import { StartupError } from '../../src/common/startup-error.js';
import { driverErrorOf } from '../../src/database/connection/driver-error.js';
import { namedQuery, poolOf } from '../../src/database/named-query.js';
import { openServiceDataSource } from '../../src/database/connection/service-data-source.js';
import { TenantTransaction } from '../../src/database/tenant-transaction.js';
import { DomainError } from '../../src/common/domain-error.js';
import { APP_ROLE, OWNER, SERVICE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { testServer } from '../support/server.js';
import { lanesOf } from '../support/lanes.js';
import { until } from '../support/until.js';

describe('the connections of the service', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  beforeAll(async () => {
    database = await cloneDatabase();
    dataSource = await openServiceDataSource({
      url: database.url,
      poolSize: 2,
      appRole: APP_ROLE,
      single: false,
    });
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const SESSION = `SELECT session_user AS login, current_user AS role,
    current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock,
    current_setting('idle_in_transaction_session_timeout') AS idle, current_setting('application_name') AS name,
    current_setting('transaction_isolation') AS isolation, current_setting('jit') AS jit`;
  const SETTINGS = {
    ...{ statement: '3s', lock: '200ms', idle: '30s', name: 'strongroom' },
    ...{ isolation: 'read committed', jit: 'off' },
  };

  it('are bounded in time, by settings that survive DISCARD ALL', async () => {
    const expected = [{ login: SERVICE, role: SERVICE, ...SETTINGS }];
    const runner = dataSource.createQueryRunner();
    expect(await runner.query(SESSION)).toEqual(expected);
    await runner.query(
      `SET statement_timeout = 0; SET default_transaction_isolation = 'serializable'; SET jit = on`,
    );
    await runner.query('DISCARD ALL');
    expect(await runner.query(SESSION)).toEqual(expected);
    await runner.release();
  });

  it('take the role on where there is one login, and keep options of the URL', async () => {
    const single = await openServiceDataSource({
      url: `${database.ownerUrl}&options=-c%20work_mem=5MB`,
      poolSize: 1,
      appRole: APP_ROLE,
      single: true,
    });
    try {
      for (let round = 0; round < 2; round += 1) {
        expect(await single.query(SESSION)).toEqual([{ login: OWNER, role: APP_ROLE, ...SETTINGS }]);
        expect(await single.query('SHOW work_mem')).toEqual([{ work_mem: '5MB' }]);
        await single.query('DISCARD ALL');
      }
    } finally {
      await single.destroy();
    }
  });

  it('fail where the role does not exist', async () => {
    const opened = openServiceDataSource({
      ...{ url: database.ownerUrl, poolSize: 1, single: true },
      appRole: 'no_such_role',
    });
    await expect(opened).rejects.toThrow(
      /^DATABASE_URL: the role of the service does not exist: run `strongroom-admin migrate`/,
    );
  });

  it('fail with one line that keeps the password to itself', async () => {
    const server = await testServer();
    for (const url of [
      server.url('nobody_there:pass-word-x9', database.name),
      server.url(`${SERVICE}:pass-word-x9`, 'no_such_database'),
      'postgresql://someone:pass-word-x9@localhost:1/none',
    ]) {
      const refusal = await openServiceDataSource({
        url,
        poolSize: 1,
        appRole: APP_ROLE,
        single: false,
      }).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(refusal).toBeInstanceOf(StartupError);
      expect(String(refusal)).toContain('DATABASE_URL: ');
      expect(String(refusal)).not.toContain('pass-word-x9');
    }
  });

  it('carry any bytes', async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from([0]), Buffer.from('\\x41'), randomBytes(100_000)]) {
      const [row] = await dataSource.query<{ bytes: Buffer }[]>('SELECT $1::bytea AS bytes', [bytes]);
      expect(row?.bytes.equals(bytes)).toBe(true);
    }
  });

  it('say which constraint refused a row', async () => {
    const twice = `INSERT INTO tenants (id, name) SELECT '${NIL_UUID}', n FROM unnest(ARRAY['a', 'b']) n`;
    const error: unknown = await dataSource.query(twice).catch((reason: unknown) => reason);
    expect(driverErrorOf(error)?.constraint).toBe('pk_tenants');
  });

  it('prepare a named statement once for each connection', async () => {
    const statements = () =>
      namedQuery<{ name: string }>(dataSource, {
        name: 'prepared',
        text: 'SELECT name FROM pg_prepared_statements',
        values: [],
      });
    await Promise.all([statements(), statements()]);
    expect(await statements()).toEqual([{ name: 'prepared' }]);
  });

  it('refuse a name that stands for another text', async () => {
    const one = (text: string) => namedQuery(dataSource, { name: 'one-name', text, values: [] });
    await Promise.all(Array.from({ length: 10 }, () => one('SELECT 1 AS n')));
    await expect(one('SELECT 2 AS n')).rejects.toThrow(/must be unique/);
    expect(await one('SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  it('pass the errors of statements on, and those of the connection as Unavailable', async () => {
    const error: unknown = await namedQuery(dataSource, {
      name: 'failing',
      text: 'SELECT 1 / $1::int',
      values: [0],
    }).catch((reason: unknown) => reason);
    expect(error).not.toBeInstanceOf(DomainError);
    expect(String(error)).toContain('division by zero');
    const killed = namedQuery(dataSource, { name: 'sleeping', text: 'SELECT pg_sleep(3600)', values: [] });
    const refused = expect(killed).rejects.toMatchObject({ status: 503, code: 'unavailable' });
    const terminate = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE query = 'SELECT pg_sleep(3600)' AND state = 'active'`;
    await until(async () => (await database.asSuperuser(terminate)).length > 0);
    await refused;
    expect(await namedQuery(dataSource, { name: 'after', text: 'SELECT 1 AS one', values: [] })).toEqual([
      { one: 1 },
    ]);
  });

  it('are Unavailable once they were closed', async () => {
    const closed = await openServiceDataSource({
      url: database.url,
      poolSize: 1,
      appRole: APP_ROLE,
      single: false,
    });
    await closed.destroy();
    await expect(namedQuery(closed, { name: 'one', text: 'SELECT 1', values: [] })).rejects.toBeInstanceOf(
      Unavailable,
    );
    const run = new TenantTransaction(lanesOf(closed)).run(randomUUID(), randomUUID(), () =>
      Promise.resolve(),
    );
    await expect(run).rejects.toBeInstanceOf(Unavailable);
  });

  it('outlive idle connections that the server ends, without a crash', async () => {
    await Promise.all([dataSource.query('SELECT pg_sleep(0.05)'), dataSource.query('SELECT pg_sleep(0.05)')]);
    expect(poolOf(dataSource).idleCount).toBe(2);
    await database.asSuperuser(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND usename = '${SERVICE}'`,
    );
    await until(() => poolOf(dataSource).totalCount === 0);
    expect(await dataSource.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});
