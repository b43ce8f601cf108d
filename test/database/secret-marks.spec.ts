import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { newEvent, type AuditEvent } from '../../src/audit/audit-event.js';
import { entities } from '../../src/bootstrap/entities.js';
import type { TenantContext } from '../../src/common/tenant-context.js';
import { openServiceDataSource } from '../../src/database/connection/service-data-source.js';
import { removalRecord, updateRecord } from '../../src/secrets/store/secret-records.js';
import type { SecretRecord } from '../../src/secrets/store/secret-row.js';
import type { WriteFunction } from '../../src/secrets/store/secret-writes.js';
import type { StoredSecret } from '../../src/secrets/secret.js';
import { APP_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { secretStoreOn, type SecretStore } from '../support/secret-store.js';
import { newSecret, tenantContext } from '../support/tenant-secrets.js';
import { plantTwoTenants } from '../support/two-tenants.js';

describe('the mark of a secret', () => {
  let database: TestDatabase;
  let tenant: TenantContext;
  let dataSource: DataSource;
  let store: SecretStore;
  beforeAll(async () => {
    database = await cloneDatabase();
    const planted = await plantTwoTenants(database);
    tenant = tenantContext(planted.a.tenantId, planted.userId);
    const options = { url: database.url, poolSize: 4, appRole: APP_ROLE, single: false, entities };
    dataSource = await openServiceDataSource(options);
    store = secretStoreOn(dataSource);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  async function created(key: string): Promise<{ secret: StoredSecret; event: AuditEvent }> {
    const event = newEvent('secret.create', tenant.caller, { key });
    const secret = newSecret(tenant.tenantId, key);
    await store.inserts.insert(tenant, secret, event, { recordConflict: true });
    return { secret: await stored(key), event };
  }

  async function stored(key: string): Promise<StoredSecret> {
    const found = await store.lookups.find(tenant, key);
    if ('kind' in found) throw new Error(`${key} is ${found.kind}`);
    return found;
  }

  const write = async (name: WriteFunction, record: SecretRecord) =>
    (
      await store.writes.write(name, {
        ...{ tenantId: tenant.tenantId, callerId: tenant.userId, eventId: randomUUID(), record },
        ...{ mayBatch: true, bytes: 1, recover: () => Promise.resolve(undefined) },
      })
    ).outcome;

  const updateOf = (current: StoredSecret, event = newEvent('secret.update', tenant.caller)): SecretRecord =>
    updateRecord(store.rows, {
      authorId: tenant.userId,
      current,
      update: { kind: 'update', attributes: { isHiddenValue: true } },
      event,
    });
  const removalOf = (current: StoredSecret): SecretRecord =>
    removalRecord(store.rows, current, newEvent('secret.delete', tenant.caller));

  it('is the id of the event that recorded the last change, by whom it was made', async () => {
    const { secret, event } = await created('marked');
    expect([secret.mark, secret.updatedBy]).toEqual([event.id, tenant.userId]);
    const change = newEvent('secret.update', tenant.caller);
    expect(await write('update_secrets', updateOf(secret, change))).toBe('ok');
    expect(await stored('marked')).toMatchObject({ mark: change.id, updatedBy: tenant.userId, revision: 2 });
  });

  it('must be the one that was seen, even if the revision is', async () => {
    const { secret } = await created('compared');
    const restored = { ...secret, mark: randomUUID() };
    expect(await write('update_secrets', updateOf(restored))).toBe('stale');
    expect(await write('remove_secrets', removalOf(restored))).toBe('stale');
    expect(await stored('compared')).toEqual(secret);
    expect(await write('remove_secrets', removalOf(secret))).toBe('ok');
  });

  it('is not compared for a program that knows of none, and is new after its changes too', async () => {
    const { secret } = await created('older');
    const older = (record: SecretRecord): SecretRecord => {
      const { mark: _, ...known } = JSON.parse(record.json) as Record<string, unknown>;
      return { ...record, json: JSON.stringify(known) };
    };
    expect(await write('update_secrets', older(updateOf(secret)))).toBe('ok');
    const changed = await stored('older');
    expect(changed.mark).not.toBe(secret.mark);
    expect(await write('remove_secrets', older(removalOf(changed)))).toBe('ok');
  });
});
