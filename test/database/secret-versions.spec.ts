import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { migrate, ownerDataSource } from '../../src/database/migrate.js';
import { DEFAULT_SETTINGS, keptVersions } from '../../src/tenants/tenant-settings.js';
import { APP_ROLE, READER_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { until } from '../support/until.js';
import { plantTwoTenants, type TenantRows } from '../support/two-tenants.js';

const MIGRATION = 'ExpandSecretVersions1800000000003';
const UPDATE =
  'SELECT outcome, version FROM update_secrets($1::json, $2::bytea[], ARRAY[NULL]::bytea[], true)';

let database: TestDatabase;
let service: pg.Client;
let a: TenantRows;
let b: TenantRows;
let userId: string;
beforeAll(async () => {
  database = await cloneDatabase();
  const options = { ownerUrl: database.ownerUrl, appRole: APP_ROLE, readerRole: READER_ROLE };
  const dataSource = await ownerDataSource(options).initialize();
  // Takes back the newest migrations, down to this one.
  for (let last = ''; last !== MIGRATION;) {
    const [row] = await database.asSuperuser<{ name: string }>(
      'SELECT name FROM schema_migrations ORDER BY id DESC LIMIT 1',
    );
    last = row!.name;
    await dataSource.undoLastMigration({ transaction: 'each' });
  }
  await dataSource.destroy();
  expect(await database.asSuperuser(`SELECT to_regclass('secret_versions') AS found`)).toEqual([
    { found: null },
  ]);
  ({ a, b, userId } = await plantTwoTenants(database));
  await migrate(options);
  service = new pg.Client(database.url);
  await service.connect();
});
afterAll(async () => {
  await service.end();
  await database.drop();
});

/** Updates the secret of a tenant as a program does that knows no versions: none of its members are about them. */
async function update({ tenantId, secretId }: TenantRows, value: string | null, more: object = {}) {
  const [present] = await database.asSuperuser<{ revision: number }>(
    'SELECT revision FROM secrets WHERE id = $1',
    [secretId],
  );
  const caller = { actor_id: userId, actor_name: 'planter', method: 'basic', request_id: 'r', address: null };
  const event = { id: randomUUID(), action: 'secret.update', caller, detail: null };
  const record = {
    ...{ tenant_id: tenantId, id: secretId, key: 'shared-key', revision: present?.revision, mark: null },
    ...{ visibility: 'tenant', is_hidden_value: false, description: null, key_generation: value && 1 },
    ...{ author_id: userId, owner_id: null, widens: false, replaces_options: false, event, ...more },
  };
  const bytes = value === null ? null : Buffer.from(value);
  const { rows } = await service.query<{ outcome: string; version: number }>(UPDATE, [
    JSON.stringify([record]),
    [bytes],
  ]);
  return rows[0];
}
const versions = ({ secretId }: TenantRows) =>
  database.asSuperuser(
    `SELECT version, convert_from(value, 'UTF8') AS value, visibility, is_hidden_value FROM secret_versions
     WHERE secret_id = $1 ORDER BY version`,
    [secretId],
  );
const asTenant = async (tenantId: string, text: string, values: unknown[] = []) => {
  await service.query('BEGIN');
  try {
    await service.query(`SELECT set_config('app.tenant', $1, true)`, [tenantId]);
    return (await service.query<Record<string, unknown>>(text, values)).rows;
  } finally {
    await service.query('ROLLBACK');
  }
};

describe('the versions of secrets in the database', () => {
  it('are kept for a program that knows none, from the first change after the migration on', async () => {
    expect(await versions(a)).toEqual([]);
    expect(await update(a, 'second')).toEqual({ outcome: 'ok', version: 2 });
    expect(await update(a, null, { is_hidden_value: true })).toEqual({ outcome: 'ok', version: 2 });
    expect(await update(a, 'third', { is_hidden_value: true })).toEqual({ outcome: 'ok', version: 3 });
    const then = { visibility: 'tenant', is_hidden_value: false };
    expect(await versions(a)).toEqual([
      { version: 1, value: 'of a', ...then },
      { version: 2, value: 'second', ...then },
    ]);
  });

  it('keep their limit where such a program changes the secret', async () => {
    await database.asSuperuser('UPDATE secrets SET max_versions = 2 WHERE id = $1', [b.secretId]);
    for (const value of ['2', '3', '4']) await update(b, value);
    expect(await versions(b)).toMatchObject([{ version: 3, value: '3' }]);
    const [row] = await database.asSuperuser('SELECT max_versions FROM secrets WHERE id = $1', [b.secretId]);
    expect(row).toEqual({ max_versions: 2 });
  });

  it('are not made by a change that comes too late', async () => {
    const before = await versions(a);
    await database.asSuperuser('UPDATE secrets SET expires_at = now() WHERE id = $1', [a.secretId]);
    for (const late of [{ revision: 1 }, { mark: randomUUID() }, { replaces_expiry: false }])
      expect(await update(a, 'late', late)).toMatchObject({ outcome: 'stale' });
    await database.asSuperuser('UPDATE secrets SET expires_at = NULL WHERE id = $1', [a.secretId]);
    expect(await versions(a)).toEqual(before);
  });

  it('hold the value that is there once the change gets its turn', async () => {
    const sealer = new pg.Client(database.superuserUrl);
    await sealer.connect();
    try {
      await sealer.query('BEGIN');
      // As a sealing under a new key does, which is no change of the secret.
      await sealer.query(`UPDATE secrets SET value = 'sealed anew' WHERE id = $1`, [b.secretId]);
      const changed = update(b, '5');
      await until(async () => {
        const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%update_secrets%'
                         AND datname = current_database()`;
        return (await database.asSuperuser(waiting)).length > 0;
      });
      await sealer.query('COMMIT');
      expect(await changed).toMatchObject({ outcome: 'ok' });
      expect((await versions(b)).at(-1)).toMatchObject({ value: 'sealed anew' });
    } finally {
      await sealer.end();
    }
  });

  it('are seen and written by their own tenant only, and by nobody without one', async () => {
    const all = 'SELECT tenant_id FROM secret_versions';
    expect(await asTenant(a.tenantId, all)).toHaveLength(2);
    expect(await asTenant(b.tenantId, all)).toEqual([{ tenant_id: b.tenantId }]);
    expect((await service.query(all)).rows).toEqual([]);
    const erase = `UPDATE secret_versions SET is_hidden_value = true WHERE tenant_id = $1 RETURNING version`;
    expect(await asTenant(b.tenantId, erase, [a.tenantId])).toEqual([]);
    const plant = asTenant(
      b.tenantId,
      `INSERT INTO secret_versions (tenant_id, secret_id, version, value, key_generation, visibility, is_hidden_value,
         owner_id, created_by, created_at) VALUES ($1, $2, 9, '', 1, 'tenant', false, $3, $3, now())`,
      [a.tenantId, a.secretId, userId],
    );
    await expect(plant).rejects.toThrow('row-level security policy');
    // A list over several tenants opens secrets, and no versions.
    await service.query('BEGIN');
    await service.query(`SELECT set_config('app.tenants', $1, true)`, [`${a.tenantId},${b.tenantId}`]);
    expect((await service.query(all)).rows).toEqual([]);
    await service.query('ROLLBACK');
  });

  it('are not there while the secret lies in the trash', async () => {
    const ask = async () =>
      (
        await service.query<{ outcome: string }>(
          `SELECT outcome FROM read_secret_version($1, 'shared-key', 1, NULL, $2, true, NULL, NULL, NULL)`,
          [a.tenantId, userId],
        )
      ).rows[0]?.outcome;
    expect(await ask()).toBe('ok');
    await database.asSuperuser('UPDATE secrets SET deleted_at = now() WHERE id = $1', [a.secretId]);
    expect(await ask()).toBe('not_found');
    await database.asSuperuser('UPDATE secrets SET deleted_at = NULL WHERE id = $1', [a.secretId]);
  });

  it('keep the generation of keys that they are sealed under, until they are destroyed', async () => {
    await database.asSuperuser(
      `INSERT INTO tenant_keys (tenant_id, generation, wrapped, root_key_id) VALUES ($1, 2, '\\x00', 'r')`,
      [a.tenantId],
    );
    await update(a, 'fourth', { key_generation: 2 });
    await update(a, 'fifth', { key_generation: 1 });
    const drop = () =>
      database.asSuperuser('DELETE FROM tenant_keys WHERE tenant_id = $1 AND generation = 2', [a.tenantId]);
    await expect(drop()).rejects.toThrow('fk_secret_versions_tenant_key');
    await database.asSuperuser(
      `UPDATE secret_versions SET value = NULL, key_generation = NULL, destroyed_by = $1, destroyed_at = now()
       WHERE key_generation = 2`,
      [userId],
    );
    await drop();
  });

  it('keep as many as the settings say, by the same rule in the program and the database', async () => {
    const numbers = [null, 1, 2, 5, 1000];
    for (const [max, lower, upper] of [
      [20, 1, 100],
      [3, 2, 4],
      [1, 4, 4],
      [9, 2, 4],
    ] as const) {
      const settings = {
        ...DEFAULT_SETTINGS,
        maxVersions: max,
        maxVersionsLowerBound: lower,
        maxVersionsUpperBound: upper,
      };
      await database.asSuperuser(
        `INSERT INTO tenant_settings (tenant_id, max_versions, max_versions_lower_bound, max_versions_upper_bound)
         VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id) DO UPDATE SET max_versions = $2, max_versions_lower_bound = $3,
         max_versions_upper_bound = $4`,
        [b.tenantId, max, lower, upper],
      );
      const limits = async (tenantId: string) =>
        (
          await database.asSuperuser<{ kept: number }>(
            'SELECT secret_version_limit($1, m) AS kept FROM unnest($2::integer[]) WITH ORDINALITY AS u (m, n) ORDER BY n',
            [tenantId, numbers],
          )
        ).map(({ kept }) => kept);
      expect(await limits(b.tenantId)).toEqual(numbers.map((number) => keptVersions(settings, number)));
      expect(await limits(a.tenantId)).toEqual(
        numbers.map((number) => keptVersions(DEFAULT_SETTINGS, number)),
      );
    }
  });

  it('count times up, even if the clock was put back', async () => {
    await database.asSuperuser(
      `UPDATE secrets SET version_created_at = now() + interval '1 day' WHERE id = $1`,
      [a.secretId],
    );
    await update(a, 'sixth');
    const rows = await database.asSuperuser<{ newer: boolean }>(
      `SELECT s.version_created_at >= v.created_at AS newer FROM secrets s JOIN secret_versions v ON v.secret_id = s.id
       WHERE s.id = $1`,
      [a.secretId],
    );
    expect(rows.length).toBeGreaterThan(3);
    expect(rows.every(({ newer }) => newer)).toBe(true);
  });

  it('are sealed anew for their own tenant only, and not once they are destroyed', async () => {
    const reseal = async (tenantId: string, secretId: string) =>
      asTenant(
        tenantId,
        `SELECT reseal_secret_versions($1, ARRAY[$2, $2]::uuid[], ARRAY[1, 2], ARRAY[1, 1], ARRAY['new', 'new']::bytea[]) AS resealed`,
        [a.tenantId, secretId],
      );
    expect(await reseal(a.tenantId, a.secretId)).toEqual([{ resealed: 2 }]);
    expect(await reseal(b.tenantId, a.secretId)).toEqual([{ resealed: 0 }]);
    expect(await reseal(a.tenantId, b.secretId)).toEqual([{ resealed: 0 }]);
    await database.asSuperuser(
      `UPDATE secret_versions SET value = NULL, key_generation = NULL, destroyed_by = $1, destroyed_at = now()
       WHERE secret_id = $2 AND version = 1`,
      [userId, a.secretId],
    );
    expect(await reseal(a.tenantId, a.secretId)).toEqual([{ resealed: 1 }]);
  });

  it('are not read by the old key of a secret that moves while it is read', async () => {
    const read = async () =>
      (
        await service.query<{ outcome: string; value: Buffer | null }>(
          `SELECT outcome, (secret).value FROM read_secret_version($1, 'shared-key', 2, NULL, $2, true, NULL, NULL, NULL)`,
          [a.tenantId, userId],
        )
      ).rows[0];
    expect(await read()).toMatchObject({ outcome: 'ok', value: Buffer.from('second') });
    // Holds the reader up once it has found the secret.
    await database.asSuperuser(
      `ALTER FUNCTION versioned_secret RENAME TO versioned_secret_at_once;
       CREATE FUNCTION versioned_secret(
         p_tenant uuid, p_key text, p_user uuid, p_administers boolean, OUT outcome text, OUT id uuid
       ) LANGUAGE plpgsql AS $$ BEGIN
         SELECT * INTO outcome, id FROM versioned_secret_at_once(p_tenant, p_key, p_user, p_administers);
         PERFORM pg_advisory_xact_lock_shared(4711);
       END $$`,
    );
    const mover = new pg.Client(database.superuserUrl);
    await mover.connect();
    try {
      await mover.query('BEGIN');
      await mover.query('SELECT pg_advisory_xact_lock(4711)');
      const held = read();
      await until(async () => {
        const waiting = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`;
        return (await database.asSuperuser(waiting)).length > 0;
      });
      await mover.query(`UPDATE secrets SET key = 'moved-key' WHERE id = $1`, [a.secretId]);
      await mover.query(`UPDATE secret_versions SET value = 'anew' WHERE secret_id = $1 AND version = 2`, [
        a.secretId,
      ]);
      await mover.query('COMMIT');
      expect(await held).toEqual({ outcome: 'no_version', value: null });
    } finally {
      await mover.end();
    }
  });
});
