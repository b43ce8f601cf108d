import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { newEvent } from '../../src/audit/audit-event.js';
import { Forbidden, Unauthorized, Unavailable } from '../../src/common/errors.js';
import type { TenantContext } from '../../src/common/tenant-context.js';
import { openServiceDataSource } from '../../src/database/connection/service-data-source.js';
import { entities } from '../../src/bootstrap/entities.js';
import type { SecretInserts } from '../../src/secrets/store/secret-inserts.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { APP_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { secretStoreOn } from '../support/secret-store.js';
import { Sessions, WAITS_FOR_LOCK } from '../support/sessions.js';
import { eventsOf, newSecret, tenantContext } from '../support/tenant-secrets.js';
import { plantTwoTenants } from '../support/two-tenants.js';

async function connected({ superuserUrl }: TestDatabase): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  return client;
}

describe('the insertion of a secret as one call', () => {
  let database: TestDatabase;
  let tenant: TenantContext;
  let proxy: CuttingProxy;
  let dataSource: DataSource;
  let inserts: SecretInserts;
  beforeAll(async () => {
    database = await cloneDatabase();
    const { a, userId } = await plantTwoTenants(database);
    tenant = tenantContext(a.tenantId, userId);
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    proxy = new CuttingProxy(database, 'insert_secrets');
    const url = await proxy.url();
    dataSource = await openServiceDataSource({
      url,
      poolSize: 2,
      appRole: APP_ROLE,
      single: false,
      entities,
    });
    ({ inserts } = secretStoreOn(dataSource));
  });
  afterEach(async () => {
    await dataSource.destroy();
    await proxy.close();
  });

  async function create(key: string, { recordConflict = true, inTenant = tenant } = {}) {
    const event = newEvent('secret.create', inTenant.caller, { key });
    const outcome = await inserts.insert(inTenant, newSecret(inTenant.tenantId, key), event, {
      recordConflict,
    });
    return outcome.kind === 'created' ? outcome.secret : undefined;
  }

  const onRecord = (key: string) => eventsOf(database, key);

  async function stored(key: string): Promise<number> {
    const rows = await database.asSuperuser('SELECT FROM secrets WHERE key = $1', [key]);
    return rows.length;
  }

  it('gives the secret and records it, once', async () => {
    const secret = await create('made');
    expect(secret).toMatchObject({ key: 'made', version: 1, revision: 1, creatorName: 'alice' });
    expect(secret?.createdAt).toEqual(secret?.updatedAt);
    expect(await onRecord('made')).toEqual([{ action: 'secret.create', outcome: 'ok', version: 1 }]);
  });

  it('gives nothing for a key that is taken, and records that unless it is not to be recorded', async () => {
    await create('taken');
    expect(await create('taken')).toBeUndefined();
    expect(await create('taken', { recordConflict: false })).toBeUndefined();
    expect((await onRecord('taken')).map(({ outcome }) => outcome)).toEqual(['ok', 'conflict']);
    expect(await stored('taken')).toBe(1);
  });

  it('refuses a tenant that is gone, and leaves nothing', async () => {
    const inTenant = { ...tenant, tenantId: randomUUID() };
    await expect(create('orphan', { inTenant })).rejects.toThrow(Forbidden);
    expect(await onRecord('orphan')).toEqual([]);
    expect(await stored('orphan')).toBe(0);
  });

  it('refuses a user who is being deleted, and leaves nothing', async () => {
    const userId = randomUUID();
    await database.asSuperuser("INSERT INTO users (id, username, password_hash) VALUES ($1, 'leaver', '-')", [
      userId,
    ]);
    const inTenant = { ...tenant, userId };
    expect(await create('still-there', { inTenant })).toBeDefined();
    const [deletion, sessions] = [await connected(database), await Sessions.of(database)];
    await deletion.query('BEGIN');
    await deletion.query('SELECT FROM users WHERE id = $1 FOR UPDATE', [userId]);
    const creating = expect(create('ownerless', { inTenant })).rejects.toThrow(Unauthorized);
    await sessions.some(WAITS_FOR_LOCK);
    await deletion.query('UPDATE users SET deleted_at = now() WHERE id = $1', [userId]);
    await deletion.query('COMMIT');
    await creating;
    await expect(create('ownerless', { inTenant })).rejects.toThrow(Unauthorized);
    expect(await onRecord('ownerless')).toEqual([]);
    expect(await stored('ownerless')).toBe(0);
    await Promise.all([deletion.end(), sessions.close()]);
  });

  it('leaves the connection without a tenant', async () => {
    await create('left');
    const [row] = await dataSource.query<{ tenant: string }[]>(
      `SELECT coalesce(current_setting('app.tenant', true), '') AS tenant`,
    );
    expect(row).toEqual({ tenant: '' });
    expect(await dataSource.query('SELECT FROM secrets')).toEqual([]);
  });

  it('is Unavailable when the connection is lost before the call arrives, and nothing is stored', async () => {
    proxy.cut = 'before the server has it';
    await expect(create('before')).rejects.toThrow(Unavailable);
    expect(proxy.cuts).toBe(1);
    expect(await stored('before')).toBe(0);
    expect(await onRecord('before')).toEqual([]);
  });

  it('gives the secret when only the answer is lost', async () => {
    proxy.cut = 'after the server has answered';
    const secret = await create('after');
    expect(proxy.cuts).toBe(1);
    const [row] = await database.asSuperuser<{ created_at: Date }>(
      `SELECT created_at FROM secrets WHERE key = 'after'`,
    );
    expect(secret?.createdAt).toEqual(row?.created_at);
  });

  it('does not guess what was answered where there is the event and no secret', async () => {
    await create('lost');
    proxy.cut = 'after the server has answered';
    await expect(create('lost')).rejects.toThrow(/read it before you try again/);
    expect((await onRecord('lost')).map(({ outcome }) => outcome)).toEqual(['ok', 'conflict']);
  });

  it('is Unavailable when nobody can say what became of it', async () => {
    proxy.cut = 'for good';
    await expect(create('unknown')).rejects.toThrow(/read it before you try again/);
    expect(proxy.cuts).toBe(1);
  });
});
