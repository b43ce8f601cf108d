import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { entities } from '../../src/bootstrap/entities.js';
import { newEvent } from '../../src/audit/audit-event.js';
import type { TenantContext } from '../../src/common/tenant-context.js';
import { openServiceDataSource } from '../../src/database/connection/service-data-source.js';
import { updateRecord } from '../../src/secrets/store/secret-records.js';
import type { StoredSecret } from '../../src/secrets/secret.js';
import { APP_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { query } from '../support/server.js';
import { secretStoreOn, type SecretStore } from '../support/secret-store.js';
import { eventsOf, newSecret, tenantContext } from '../support/tenant-secrets.js';
import { until } from '../support/until.js';
import { plantTwoTenants } from '../support/two-tenants.js';

const WAITING = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;

const UPDATE =
  'SELECT outcome, version, revision FROM update_secrets($1::json, $2::bytea[], $3::bytea[], true)';

describe('update_secrets with a new key', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let store: SecretStore;
  let holder: pg.Client;
  let a: TenantContext;
  let b: TenantContext;
  beforeAll(async () => {
    database = await cloneDatabase();
    const planted = await plantTwoTenants(database);
    a = tenantContext(planted.a.tenantId, planted.userId);
    b = tenantContext(planted.b.tenantId, planted.userId);
    const options = { url: database.url, poolSize: 4, appRole: APP_ROLE, single: false, entities };
    dataSource = await openServiceDataSource(options);
    store = secretStoreOn(dataSource);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });
  beforeEach(async () => {
    holder = new pg.Client(database.superuserUrl);
    await holder.connect();
  });
  afterEach(() => holder.end());

  const INSERT = `INSERT INTO secrets (tenant_id, id, key, value, key_generation, version_created_by, created_by, visibility)
     VALUES ($1, $2, $3, $4, 1, $5, $5, $6)`;
  const planting = (tenant: TenantContext, key: string, visibility: string): unknown[] => {
    const { id, value } = newSecret(tenant.tenantId, key);
    return [tenant.tenantId, id, key, value.bytes, tenant.userId, visibility];
  };
  async function plant(tenant: TenantContext, key: string, visibility = 'tenant'): Promise<StoredSecret> {
    await database.asSuperuser(INSERT, planting(tenant, key, visibility));
    return (await store.lookups.find(tenant, key)) as StoredSecret;
  }

  /** Calls the function as the service's login, for a secret as it was looked up. */
  async function moved(tenant: TenantContext, current: StoredSecret, newKey: string) {
    const { value } = newSecret(tenant.tenantId, newKey);
    const event = newEvent('secret.move', tenant.caller, { key: current.key });
    const update = { kind: 'update', value, providerOptions: null, newKey } as const;
    const record = updateRecord(store.rows, { authorId: tenant.userId, current, update, event });
    const [row] = await query<{ outcome: string; version: number; revision: number }>(database.url, UPDATE, [
      `[${record.json}]`,
      [record.value],
      [record.options],
    ]);
    return row!;
  }

  it('makes a revision and no version', async () => {
    const current = await plant(a, 'from');
    expect(await moved(a, current, 'to')).toEqual({ outcome: 'ok', version: 1, revision: 2 });
    expect(await store.lookups.find(a, 'from')).toEqual({ kind: 'absent' });
    const { id, version, mark } = (await store.lookups.find(a, 'to')) as StoredSecret;
    expect([id, version, mark === current.mark]).toEqual([current.id, 1, false]);
    expect(await eventsOf(database, 'from')).toEqual([{ action: 'secret.move', outcome: 'ok', version: 1 }]);
  });

  it('tells which key cannot be had, of a secret as it was seen', async () => {
    const current = await plant(a, 'mover');
    const global = await plant(a, 'global-mover', 'global');
    await plant(a, 'here');
    await plant(b, 'there');
    await plant(b, 'global-there', 'global');
    expect((await moved(a, current, 'here')).outcome).toBe('exists');
    expect((await moved(a, current, 'global-there')).outcome).toBe('global_elsewhere');
    expect((await moved(a, global, 'there')).outcome).toBe('key_elsewhere');
    const outcomes = (await eventsOf(database, 'mover')).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['conflict', 'conflict']);
    expect((await moved(a, current, 'there')).outcome).toBe('ok');
    for (const key of ['here', 'x']) expect((await moved(a, current, key)).outcome).toBe('stale');
    expect(await eventsOf(database, 'mover')).toHaveLength(3);
  });

  it('fails as a whole for a key that is created at the same moment', async () => {
    const current = await plant(a, 'racer');
    await holder.query('BEGIN');
    await holder.query(INSERT, planting(a, 'raced', 'tenant'));
    const call = moved(a, current, 'raced').catch((error: unknown) => (error as { code?: string }).code);
    await until(async () => (await database.asSuperuser(WAITING)).length > 0);
    await holder.query('COMMIT');
    expect(await call).toBe('23505');
    expect(((await store.lookups.find(a, 'racer')) as StoredSecret).revision).toBe(1);
  });

  it('locks the moves of a living tenant, and of no other', async () => {
    const lock = async (client: pg.ClientBase, { tenantId }: TenantContext) =>
      (await client.query<{ is: boolean }>('SELECT lock_secret_moves($1) AS is', [tenantId])).rows[0]?.is;
    const second = new pg.Client(database.superuserUrl);
    await second.connect();
    await holder.query('BEGIN');
    await second.query("BEGIN; SET LOCAL lock_timeout = '50ms'");
    expect([await lock(holder, a), await lock(second, b)]).toEqual([true, true]);
    await expect(lock(second, a)).rejects.toMatchObject({ code: '55P03' });
    await second.end();
    const nobody = { ...a, tenantId: '00000000-0000-7000-8000-000000000000' };
    expect(await lock(holder, nobody)).toBe(false);
  });
});
