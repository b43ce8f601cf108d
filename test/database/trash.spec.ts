import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { migrate, ownerDataSource } from '../../src/database/migrate.js';
import { APP_ROLE, READER_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { plantTwoTenants, type TenantRows } from '../support/two-tenants.js';

const MIGRATION = 'ExpandTrash1800000000004';

/** Deletes as programs do that know no trash. */
const REMOVE = `SELECT ordinal, outcome, version, revision, created_at, updated_at
  FROM remove_secrets($1::json, $2::bytea[], $3::bytea[], $4)`;

describe('the functions of the trash', () => {
  let database: TestDatabase;
  let service: pg.Client;
  let a: TenantRows;
  let b: TenantRows;
  let userId: string;
  beforeAll(async () => {
    database = await cloneDatabase();
    ({ a, b, userId } = await plantTwoTenants(database));
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    service = new pg.Client(database.url);
    await service.connect();
  });
  afterEach(() => service.end());

  const rows = async (text: string, values: unknown[] = []) =>
    (await service.query<Record<string, unknown>>(text, values)).rows;

  /** Returns the record of a write of that secret as it is now. */
  async function record(id: string, more: object = {}): Promise<string> {
    const [row] = await database.asSuperuser(
      'SELECT tenant_id, id, key, revision, mark, visibility, created_by FROM secrets WHERE id = $1',
      [id],
    );
    const event = { id: randomUUID(), action: 'secret.delete', caller: null, detail: null };
    return JSON.stringify([{ ...row, author_id: userId, owner_id: null, event, ...more }]);
  }
  const write = async (name: string, id: string, more: object = {}, wait = true) =>
    (await rows(`SELECT outcome FROM ${name}($1::json, '{}', '{}', $2)`, [await record(id, more), wait]))[0]
      ?.outcome;

  async function plant(
    { tenantId }: TenantRows,
    key: string,
    trashedAt: string | null,
    value = 'v',
  ): Promise<string> {
    const id = randomUUID();
    await database.asSuperuser(
      `INSERT INTO secrets (tenant_id, id, key, value, key_generation, version_created_by, created_by, deleted_at)
       VALUES ($1, $2, $3, $4, 1, $5, $5, $6)`,
      [tenantId, id, key, Buffer.from(value), userId, trashedAt],
    );
    return id;
  }
  const isTrashed = async (id: string) => {
    const [row] = await database.asSuperuser<{ trashed: boolean }>(
      'SELECT deleted_at IS NOT NULL AS trashed FROM secrets WHERE id = $1',
      [id],
    );
    return row?.trashed;
  };
  const sweep = async (after: string | null = null, limit = 10) =>
    rows('SELECT tenant_id, purged FROM sweep_trash($1, 30, 1, 365, 1000, 1000000, $2)', [after, limit]);

  it('take what a program deletes that knows no trash, whose key it can use again', async () => {
    const id = await plant(a, 'old-program', null);
    const [answer] = await rows(REMOVE, [await record(id), '{}', '{}', false]);
    expect(answer).toMatchObject({ ordinal: 1, outcome: 'ok', version: 1, revision: 1 });
    expect(await isTrashed(id)).toBe(true);
    expect(await rows(REMOVE, [await record(id), '{}', '{}', true])).toMatchObject([{ outcome: 'stale' }]);
    const again = { ...(JSON.parse(await record(id)) as object[])[0], id: randomUUID(), key_generation: 1 };
    const inserted = await rows(`SELECT outcome FROM insert_secrets($1::json, '{\\\\x00}', '{NULL}', true)`, [
      JSON.stringify([{ ...again, is_hidden_value: false, record_conflict: true }]),
    ]);
    expect(inserted).toEqual([{ outcome: 'ok' }]);
    expect(await isTrashed(id)).toBe(true);
    expect(await write('restore_secrets', id)).toBe('exists');
  });

  it('give no value, and act on the tenant that they are given only', async () => {
    const id = await plant(a, 'foreign', '2026-01-01');
    const found = await rows('SELECT * FROM find_trash($1, $2)', [a.tenantId, id]);
    expect(found).toMatchObject([{ id, key: 'foreign', creator_name: 'planter', creator_is_deleted: false }]);
    expect(Object.keys(found[0] ?? {})).not.toContain('value');
    expect(await rows('SELECT id FROM find_trash($1, $2)', [b.tenantId, id])).toEqual([]);
    expect((await rows('SELECT id FROM find_trash($1, NULL)', [b.tenantId])).map((row) => row.id)).toEqual(
      [],
    );
    const wrong = { tenant_id: b.tenantId };
    expect(await write('restore_secrets', id, wrong)).toBe('stale');
    expect(await write('purge_secrets', id, wrong)).toBe('stale');
    expect(await rows('SELECT empty_trash($1) AS purged', [b.tenantId])).toEqual([{ purged: 0 }]);
    expect(await write('remove_secrets', b.secretId, { tenant_id: a.tenantId })).toBe('stale');
    expect(await write('purge_secrets', b.secretId)).toBe('stale');
    expect([await isTrashed(id), await isTrashed(b.secretId)]).toEqual([true, false]);
    expect(await write('purge_secrets', id, { mark: randomUUID() })).toBe('stale');
    expect(await write('purge_secrets', id)).toBe('ok');
  });

  it('restore under the lock of the key, which a global secret takes alone', async () => {
    const id = await plant(a, 'locked-key', '2026-01-01');
    const holder = new pg.Client(database.superuserUrl);
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query(`SELECT pg_advisory_xact_lock_shared(secret_key_bucket('locked-key'))`);
    expect(await write('restore_secrets', id, { visibility: 'global' }, false)).toBe('busy');
    await service.query(`SET lock_timeout = '50ms'`);
    await expect(write('restore_secrets', id, { visibility: 'global' })).rejects.toThrow('lock timeout');
    expect(await write('restore_secrets', id, {}, false)).toBe('ok');
    await holder.end();
  });

  it('restore for nobody who was deleted, and nothing of an owner who was', async () => {
    const id = await plant(a, 'ownerless', '2026-01-01');
    const gone = randomUUID();
    await database.asSuperuser(
      `INSERT INTO users (id, username, password_hash, deleted_at) VALUES ($1, 'gone', 'no-hash', now())`,
      [gone],
    );
    expect(await write('restore_secrets', id, { owner_id: gone })).toBe('no_owner');
    expect(await write('restore_secrets', id, { created_by: gone })).toBe('stale');
    await database.asSuperuser('UPDATE secrets SET created_by = $1 WHERE id = $2', [gone, id]);
    expect(await write('restore_secrets', id)).toBe('stale');
    expect(await write('restore_secrets', id, { owner_id: userId })).toBe('ok');
  });

  it('keep the key of the tenant that a secret in the trash is sealed under', async () => {
    const id = await plant(a, 'sealed', '2026-01-01');
    await database.asSuperuser(
      `INSERT INTO tenant_keys (tenant_id, generation, wrapped, root_key_id) VALUES ($1, 2, '\\x00', 'r')`,
      [a.tenantId],
    );
    await database.asSuperuser('UPDATE secrets SET key_generation = 2 WHERE id = $1', [id]);
    const destroy = () =>
      database.asSuperuser('DELETE FROM tenant_keys WHERE tenant_id = $1 AND generation = 2', [a.tenantId]);
    await expect(destroy()).rejects.toThrow('fk_secrets_tenant_key');
    expect(await write('purge_secrets', id)).toBe('ok');
    await destroy();
  });

  it('sweep one tenant after the other, in batches, and leave alone what others hold', async () => {
    for (const { tenantId } of [a, b]) await rows('SELECT empty_trash($1)', [tenantId]);
    const [first, second] = [a, b].sort((one, other) => (one.tenantId < other.tenantId ? -1 : 1)) as [
      TenantRows,
      TenantRows,
    ];
    const ids: string[] = [];
    for (let n = 1; n <= 3; n += 1) ids.push(await plant(first, `swept-${n}`, `2020-01-0${n}`));
    const other = await plant(second, 'swept', '2020-01-01');
    const holder = new pg.Client(database.superuserUrl);
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM secrets WHERE id = $1 FOR UPDATE', [ids[0]]);
    expect(await sweep(null, 2)).toEqual([{ tenant_id: first.tenantId, purged: 1 }]);
    expect(await Promise.all(ids.map(isTrashed))).toEqual([true, undefined, true]);
    await holder.end();
    expect(await sweep(null, 2)).toEqual([{ tenant_id: first.tenantId, purged: 2 }]);
    expect(await sweep()).toEqual([{ tenant_id: second.tenantId, purged: 1 }]);
    expect(await isTrashed(other)).toBeUndefined();
    expect(await sweep()).toEqual([]);
  });

  it('sweep what a program leaves that deletes a tenant without its trash', async () => {
    const id = await plant(b, 'left', new Date().toISOString());
    expect(await sweep()).toEqual([{ tenant_id: b.tenantId, purged: 0 }]);
    await database.asSuperuser('UPDATE tenants SET deleted_at = now() WHERE id = $1', [b.tenantId]);
    expect(await sweep()).toEqual([{ tenant_id: b.tenantId, purged: 1 }]);
    const events = await database.asSuperuser(
      `SELECT body::json ->> 'detail' AS detail FROM audit_events WHERE secret_id = $1`,
      [id],
    );
    expect(events).toEqual([{ detail: '{"reason" : "tenant"}' }]);
    expect(await isTrashed(id)).toBeUndefined();
  });
});

describe('the migration of a database from before the trash', () => {
  it('adds the index, the setting and the permissions, and keeps what programs did before', async () => {
    const database = await cloneDatabase();
    const options = { ownerUrl: database.ownerUrl, appRole: APP_ROLE, readerRole: READER_ROLE };
    const dataSource = await ownerDataSource(options).initialize();
    for (let last = ''; last !== MIGRATION;) {
      const [row] = await database.asSuperuser<{ name: string }>(
        'SELECT name FROM schema_migrations ORDER BY id DESC LIMIT 1',
      );
      last = row!.name;
      await dataSource.undoLastMigration({ transaction: 'each' });
    }
    await dataSource.destroy();
    const facts = () =>
      database.asSuperuser(`SELECT to_regclass('ix_secrets_trash') IS NOT NULL AS index,
        EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'tenant_settings'::regclass AND attname = 'trash_days'
                  AND NOT attisdropped) AS setting,
        (SELECT count(*)::integer FROM role_permissions
         WHERE permission IN ('trash_list', 'secret_restore', 'secret_purge')) AS permissions`);
    expect(await facts()).toEqual([{ index: false, setting: false, permissions: 0 }]);
    expect((await migrate(options)).applied).toContain(MIGRATION);
    expect(await facts()).toEqual([{ index: true, setting: true, permissions: 10 }]);
    await database.drop();
  });
});
