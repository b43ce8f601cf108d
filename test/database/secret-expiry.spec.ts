import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { newEvent } from '../../src/audit/audit-event.js';
import { entities } from '../../src/bootstrap/entities.js';
import type { TenantContext } from '../../src/common/tenant-context.js';
import { openServiceDataSource } from '../../src/database/connection/service-data-source.js';
import { insertRecord, updateRecord } from '../../src/secrets/store/secret-records.js';
import type { SecretRecord } from '../../src/secrets/store/secret-row.js';
import type { WriteFunction } from '../../src/secrets/store/secret-writes.js';
import type { StoredSecret } from '../../src/secrets/secret.js';
import type { SecretUpdate } from '../../src/secrets/secrets.repository.js';
import { APP_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { secretStoreOn, type SecretStore } from '../support/secret-store.js';
import { eventsOf, newSecret, tenantContext } from '../support/tenant-secrets.js';
import { plantTwoTenants } from '../support/two-tenants.js';

const FUTURE = new Date('2999-01-01T00:00:00Z');
const LABELS = { env: 'prod' };
const HIDE: SecretUpdate = { kind: 'update', attributes: { isHiddenValue: true } };

describe('the expiry of a secret, in the database', () => {
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

  const expire = (key: string) =>
    database.asSuperuser(`UPDATE secrets SET expires_at = now() - interval '1 second' WHERE key = $1`, [key]);

  async function created(key: string, expiresAt: Date | null = FUTURE): Promise<StoredSecret> {
    const { attributes, ...secret } = newSecret(tenant.tenantId, key);
    const event = newEvent('secret.create', tenant.caller, { key });
    const labelled = { ...secret, attributes: { ...attributes, expiresAt, labels: LABELS } };
    await store.inserts.insert(tenant, labelled, event, { recordConflict: true });
    return stored(key);
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

  const updateOf = (current: StoredSecret, update = HIDE): SecretRecord =>
    updateRecord(store.rows, {
      authorId: tenant.userId,
      current,
      update,
      event: newEvent('secret.update', tenant.caller, { key: current.key }),
    });

  /** Returns the record as a program makes it that knows neither expiry nor labels. */
  function ofOlder(record: SecretRecord): SecretRecord {
    const columns = JSON.parse(record.json) as Record<string, unknown>;
    for (const name of ['expires_at', 'labels', 'replaces_expiry']) Reflect.deleteProperty(columns, name);
    return { ...record, json: JSON.stringify(columns) };
  }

  /** Reads as a program does that takes the outcome of `read_secrets` as it is. */
  const outcomeOf = (key: string, detail: object | null = null) =>
    dataSource.query<Record<string, unknown>[]>(
      `SELECT outcome, (secret).value, (secret).provider_options, (secret).key
       FROM read_secrets($1, $2, $3, $4, $5::json[], $6::json[], $7, $8)`,
      [
        ...[[tenant.tenantId], [key], [randomUUID()], ['secret.read'], [JSON.stringify(tenant.caller)]],
        ...[[detail && JSON.stringify(detail)], [tenant.userId], [true]],
      ],
    );

  it('is told to programs that do not know it by an outcome that they know, without the value', async () => {
    await created('older');
    expect(await outcomeOf('older')).toMatchObject([{ outcome: 'ok', value: expect.any(Buffer) }]);
    await expire('older');
    for (const detail of [null, { if_none_match: ['*'] }, { if_match: ['*'] }])
      expect(await outcomeOf('older', detail)).toEqual([
        { outcome: 'precondition_failed', value: null, provider_options: null, key: 'older' },
      ]);
    const reads = (await eventsOf(database, 'older')).filter(({ action }) => action === 'secret.read');
    expect(reads.map(({ outcome }) => outcome).sort()).toEqual(['expired', 'expired', 'expired', 'ok']);
  });

  it('and labels stay through a change by such a program, until it has passed', async () => {
    expect(await write('update_secrets', ofOlder(updateOf(await created('changed'))))).toBe('ok');
    expect(await stored('changed')).toMatchObject({ isHiddenValue: true, expiresAt: FUTURE, labels: LABELS });
    await expire('changed');
    expect(await write('update_secrets', ofOlder(updateOf(await stored('changed'))))).toBe('ok');
    expect(await stored('changed')).toMatchObject({ expiresAt: null, isExpired: false, labels: LABELS });
  });

  it('and labels are none in a secret that such a program inserts', async () => {
    const secret = newSecret(tenant.tenantId, 'inserted');
    const event = newEvent('secret.create', tenant.caller, { key: 'inserted' });
    const insertion = {
      tenantId: tenant.tenantId,
      authorId: tenant.userId,
      secret,
      event,
      recordConflict: true,
    };
    expect(await write('insert_secrets', ofOlder(insertRecord(store.rows, insertion)))).toBe('ok');
    expect(await stored('inserted')).toMatchObject({ expiresAt: null, isExpired: false, labels: {} });
  });

  it('that passes between the look-up and the change is cleared, and the answer says so', async () => {
    await created('meanwhile');
    const seen: boolean[] = [];
    const outcome = await store.updates.update(
      tenant,
      'meanwhile',
      async ({ isExpired }) => {
        seen.push(isExpired);
        if (!isExpired) await expire('meanwhile');
        return HIDE;
      },
      newEvent('secret.update', tenant.caller, { key: 'meanwhile' }),
    );
    expect(seen).toEqual([false, true]);
    expect(outcome).toMatchObject({ kind: 'changed', secret: { expiresAt: null, isExpired: false } });
    expect(outcome).toMatchObject({ secret: await stored('meanwhile') });
  });

  it('may be past where it is given, as in an import', async () => {
    const past = new Date('2020-01-01T00:00:00Z');
    const update: SecretUpdate = { kind: 'update', attributes: { expiresAt: past } };
    expect(await write('update_secrets', updateOf(await created('past'), update))).toBe('ok');
    expect(await stored('past')).toMatchObject({ expiresAt: past, isExpired: true });
  });

  it.each([
    ['65 labels', Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`n${n}`, '']))],
    ['a value that is no text', { a: 1 }],
    ['no object', ['a']],
    ['too many bytes', { a: 'x'.repeat(8_400) }],
  ])('goes with labels that the table holds to their shape: not %s', async (_what, labels) => {
    const insertion = database.asSuperuser(
      `INSERT INTO secrets (tenant_id, id, key, value, key_generation, version_created_by, created_by, labels)
       VALUES ($1, gen_random_uuid(), 'shape', '', 1, $2, $2, $3)`,
      [tenant.tenantId, tenant.userId, JSON.stringify(labels)],
    );
    await expect(insertion).rejects.toThrow('ck_secrets_labels');
  });
});
