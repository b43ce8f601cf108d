import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource, EntityManager } from 'typeorm';
import { Busy, Unavailable } from '../../src/common/errors.js';
import { openServiceDataSource } from '../../src/database/connection/service-data-source.js';
import { TenantTransaction } from '../../src/database/tenant-transaction.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { APP_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { plantTwoTenants, type TenantRows } from '../support/two-tenants.js';
import { lanesOf } from '../support/lanes.js';

describe('a transaction of a tenant', () => {
  let database: TestDatabase;
  let tenant: TenantRows;
  let proxy: CuttingProxy;
  let dataSource: DataSource;
  let transaction: TenantTransaction;
  beforeAll(async () => {
    database = await cloneDatabase();
    ({ a: tenant } = await plantTwoTenants(database));
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    proxy = new CuttingProxy(database);
    const url = await proxy.url();
    dataSource = await openServiceDataSource({ url, poolSize: 2, appRole: APP_ROLE, single: false });
    transaction = new TenantTransaction(lanesOf(dataSource));
  });
  afterEach(async () => {
    await dataSource.destroy();
    await proxy.close();
  });

  /** Changes the secret and records its event, like a write of the service. */
  function change(revision: number, eventId: string): (manager: EntityManager) => Promise<string> {
    return async (manager) => {
      await manager.query('UPDATE secrets SET revision = $1', [revision]);
      await manager.query(
        `SELECT record_events(ARRAY[
           ROW($1, $2, 'secret.update', 'shared-key', NULL, 1, NULL, 'ok', '{}', NULL)::audit_entry])`,
        [tenant.tenantId, eventId],
      );
      return 'changed';
    };
  }

  async function stored(eventId: string) {
    const [row] = await database.asSuperuser<{ revision: number; events: number }>(
      `SELECT revision, (SELECT count(*)::int FROM audit_events WHERE id = $2) AS events
       FROM secrets WHERE tenant_id = $1`,
      [tenant.tenantId, eventId],
    );
    return row;
  }

  it('waits for a place no longer than its deadline', async () => {
    const lanes = lanesOf(dataSource);
    let end: () => void = () => undefined;
    const held = lanes.run('contended', undefined, () => new Promise<void>((resolve) => (end = resolve)));
    const options = { lane: 'contended', deadline: performance.now() } as const;
    const statement = { name: 'nothing', text: 'SELECT 1', values: [] };
    const late = new TenantTransaction(lanes);
    const calls = [
      late.call(tenant.tenantId, randomUUID(), statement, () => Promise.resolve(undefined), options),
      late.run(tenant.tenantId, randomUUID(), () => Promise.resolve('ran'), options),
    ];
    const release = setTimeout(() => end(), 2_000);
    for (const call of calls) await expect(call).rejects.toBeInstanceOf(Busy);
    clearTimeout(release);
    end();
    await held;
  });

  it('passes on the error of a file, which has a code of the network, and changes nothing', async () => {
    const eventId = randomUUID();
    const work = async (manager: EntityManager): Promise<string> => {
      await change(9, eventId)(manager);
      return readFile('/nowhere/file', 'utf8');
    };
    const error: unknown = await transaction
      .run(tenant.tenantId, eventId, work)
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ENOENT', syscall: 'open' });
    expect(await stored(eventId)).toMatchObject({ events: 0 });
  });

  /** Waits until the server has noticed that a connection was cut. */
  async function settled(): Promise<void> {
    for (let tries = 0; tries < 3_000; tries += 1) {
      const open = await database.asSuperuser(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
      );
      if (open.length === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('A transaction stayed open');
  }

  it('commits, gives what the work gave, and leaves the connection without a tenant', async () => {
    const event = randomUUID();
    expect(await transaction.run(tenant.tenantId, event, change(10, event))).toBe('changed');
    expect(await stored(event)).toEqual({ revision: 10, events: 1 });
    const after = await Promise.all(
      Array.from({ length: 10 }, () =>
        dataSource.query(
          `SELECT coalesce(current_setting('app.tenant', true), '') AS tenant, (SELECT count(*)::int FROM secrets) AS rows`,
        ),
      ),
    );
    for (const rows of after) expect(rows).toEqual([{ tenant: '', rows: 0 }]);
  });

  it('undoes all of it when the work fails, throws what failed, and leaves no tenant behind', async () => {
    const event = randomUUID();
    const failing = transaction.run(tenant.tenantId, event, async (manager) => {
      await change(11, event)(manager);
      throw new RangeError('no');
    });
    await expect(failing).rejects.toThrow(new RangeError('no'));
    expect(await stored(event)).toEqual({ revision: 10, events: 0 });
    expect(await dataSource.query('SELECT * FROM secrets')).toEqual([]);
  });

  it('does not commit what failed and was swallowed', async () => {
    const event = randomUUID();
    const work = async (manager: EntityManager) => {
      await change(12, event)(manager);
      await manager.query('SELECT 1 / 0').catch(() => undefined);
    };
    await transaction.run(tenant.tenantId, event, work).catch(() => undefined);
    expect(await stored(event)).toEqual({ revision: 10, events: 0 });
  });

  it('is Unavailable when the connection is lost before the COMMIT arrives, and nothing is stored', async () => {
    proxy.cut = 'before the server has it';
    const event = randomUUID();
    await expect(transaction.run(tenant.tenantId, event, change(20, event))).rejects.toThrow(Unavailable);
    expect(proxy.cuts).toBe(1);
    await settled();
    expect(await stored(event)).toEqual({ revision: 10, events: 0 });
  });

  it('gives the result when the connection is lost after the COMMIT was made', async () => {
    proxy.cut = 'after the server has answered';
    const event = randomUUID();
    expect(await transaction.run(tenant.tenantId, event, change(30, event))).toBe('changed');
    expect(proxy.cuts).toBe(1);
    expect(await stored(event)).toEqual({ revision: 30, events: 1 });
  });

  it('asks for a lost COMMIT only when its own connection is free, so that many lost ones never wait for each other', async () => {
    const url = await proxy.url();
    const single = await openServiceDataSource({ url, poolSize: 1, appRole: APP_ROLE, single: false });
    try {
      proxy.cut = 'after the server has answered';
      const event = randomUUID();
      const only = new TenantTransaction(lanesOf(single));
      expect(await only.run(tenant.tenantId, event, change(31, event))).toBe('changed');
      expect(await stored(event)).toEqual({ revision: 31, events: 1 });
    } finally {
      await single.destroy();
    }
  });

  it('is Unavailable when nobody can say whether it was committed', async () => {
    proxy.cut = 'for good';
    const event = randomUUID();
    const lost = transaction.run(tenant.tenantId, event, change(40, event));
    await expect(lost).rejects.toThrow(Unavailable);
    await expect(lost).rejects.toThrow(/read it before you try again/);
    expect(proxy.cuts).toBe(1);
    expect(await stored(event)).toEqual({ revision: 40, events: 1 });
  });

  it('goes on working after connections were cut', async () => {
    proxy.cut = 'before the server has it';
    for (let round = 0; round < 5; round += 1) {
      const event = randomUUID();
      await expect(transaction.run(tenant.tenantId, event, change(50, event))).rejects.toThrow(Unavailable);
    }
    await settled();
    proxy.cut = 'none';
    const event = randomUUID();
    expect(await transaction.run(tenant.tenantId, event, change(51, event))).toBe('changed');
    expect(await stored(event)).toEqual({ revision: 51, events: 1 });
  });

  it.each<[string, (manager: EntityManager) => Promise<unknown>]>([
    ['the next statement', (manager) => manager.query('SELECT 1')],
    [
      'the next builder’s statement',
      (manager) => manager.createQueryBuilder().select('1').from('users', 'u').execute(),
    ],
    ['the commit', () => Promise.resolve()],
  ])('is Unavailable when the connection is lost between two statements, before %s', async (_what, next) => {
    const eventId = randomUUID();
    const work = async (manager: EntityManager) => {
      const [{ pid }] = await manager.query<[{ pid: number }]>('SELECT pg_backend_pid() AS pid');
      await change(8, eventId)(manager);
      await database.asSuperuser('SELECT pg_terminate_backend($1)', [pid]);
      await sleep(100);
      await next(manager);
    };
    await expect(transaction.run(tenant.tenantId, eventId, work)).rejects.toBeInstanceOf(Unavailable);
    await settled();
    expect(await stored(eventId)).toMatchObject({ events: 0 });
    expect((await stored(eventId))?.revision).not.toBe(8);
    await expect(transaction.run(tenant.tenantId, eventId, change(9, eventId))).resolves.toBe('changed');
  });

  it('survives a server that ends idle connections', async () => {
    await dataSource.query('SELECT 1');
    await database.asSuperuser(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'strongroom'`,
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    const event = randomUUID();
    expect(await transaction.run(tenant.tenantId, event, change(60, event))).toBe('changed');
  });

  it.each([
    ['the server ends the connection', 'SELECT pg_terminate_backend(pg_backend_pid())'],
    ['the server can only be read', `SET TRANSACTION READ ONLY; UPDATE secrets SET revision = 0`],
  ])('is Unavailable when %s', async (_name, text) => {
    const event = randomUUID();
    const run = transaction.run(tenant.tenantId, event, (manager) => manager.query(text));
    await expect(run).rejects.toThrow(Unavailable);
    expect(await dataSource.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('is Busy when the statement takes too long', async () => {
    const run = transaction.run(tenant.tenantId, randomUUID(), (manager) =>
      manager.query(`SET LOCAL statement_timeout = '50ms'; SELECT pg_sleep(5)`),
    );
    await expect(run).rejects.toThrow(Busy);
    expect(await dataSource.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('runs again while another holds the row, and is Busy when that lasts', async () => {
    let attempts = 0;
    const blocked = async (manager: EntityManager): Promise<void> => {
      attempts += 1;
      await manager.query(`SET LOCAL lock_timeout = '10ms'`);
      await manager.query('SELECT * FROM secrets FOR UPDATE');
    };
    const holding = transaction.run(
      tenant.tenantId,
      randomUUID(),
      async (manager) => {
        await manager.query('SELECT * FROM secrets FOR UPDATE');
        await expect(transaction.run(tenant.tenantId, randomUUID(), blocked)).rejects.toThrow(Busy);
      },
      { lane: 'imports' },
    );
    await holding;
    expect(attempts).toBeGreaterThan(3);
    await transaction.run(tenant.tenantId, randomUUID(), blocked);
  });

  it('keeps one view of the data where it is asked to', async () => {
    const count = async (manager: EntityManager) =>
      (await manager.query<{ revision: number }[]>('SELECT revision FROM secrets'))[0]?.revision;
    const seen = await transaction.run(
      tenant.tenantId,
      randomUUID(),
      async (manager) => {
        const before = await count(manager);
        await database.asSuperuser('UPDATE secrets SET revision = revision + 1');
        return [before, await count(manager)];
      },
      { isolation: 'REPEATABLE READ' },
    );
    expect(seen[1]).toBe(seen[0]);
  });
});
