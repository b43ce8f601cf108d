import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource, EntityManager, MigrationInterface, QueryRunner } from 'typeorm';
import { NIL_UUID } from '../../src/common/ids.js';
import { allMigrations } from '../../src/database/all-migrations.js';
import { migrate } from '../../src/database/migrate.js';
import { openServiceDataSource } from '../../src/database/connection/service-data-source.js';
import { TenantTransaction } from '../../src/database/tenant-transaction.js';
import { APP_ROLE, READER_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { plantTwoTenants, type TenantRows } from '../support/two-tenants.js';
import { lanesOf } from '../support/lanes.js';
import { causedBy } from '../support/caused-by.js';

const READ = `
  SELECT ordinal, outcome, (secret).id, (secret).value
  FROM read_secrets($1, $2, $3, $4, $5::json[], $6::json[], $7, $8) ORDER BY ordinal`;

const INSERT = `INSERT INTO secrets (tenant_id, id, key, value, key_generation, version_created_by, created_by)
  VALUES ($1, $2, $3, '\\x00', 1, $4, $4)`;

/** Runs statements without any tenant condition, as a faulty query would. */
describe.each([
  ['two logins', false],
  ['one login, which takes the role on', true],
])('row-level security with %s', (_name, single) => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let userId: string;
  let a: TenantRows;
  let b: TenantRows;
  beforeAll(async () => {
    database = await cloneDatabase();
    ({ userId, a, b } = await plantTwoTenants(database));
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    const url = single ? database.ownerUrl : database.url;
    dataSource = await openServiceDataSource({ url, poolSize: 1, appRole: APP_ROLE, single });
  });
  afterEach(() => dataSource.destroy());

  function asTenant<T>(tenantId: string, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return new TenantTransaction(lanesOf(dataSource)).run(tenantId, randomUUID(), work);
  }

  function asB(text: string, values: unknown[] = []): Promise<unknown> {
    return asTenant(b.tenantId, (manager) => manager.query<unknown>(text, values));
  }

  const contents = () =>
    database.asSuperuser('SELECT s.*, s.xmin::text FROM secrets s WHERE tenant_id = $1 ORDER BY id', [
      a.tenantId,
    ]);

  it.each([
    'SELECT * FROM secrets',
    `SELECT * FROM secrets WHERE key = 'shared-key'`,
    'SELECT * FROM secrets WHERE true OR tenant_id IS NULL',
    'SELECT s.* FROM tenants t JOIN secrets s ON s.tenant_id = t.id',
    'WITH all_of_them AS MATERIALIZED (SELECT * FROM secrets) SELECT * FROM all_of_them',
    'SELECT * FROM secrets FOR UPDATE',
    'SELECT * FROM secrets UNION ALL SELECT * FROM secrets WHERE false',
    'TABLE secrets',
  ])('shows B no row of A: %s', async (text) => {
    const rows = (await asB(text)) as { tenant_id: string; id: string }[];
    expect(rows.map(({ tenant_id, id }) => [tenant_id, id])).toEqual([[b.tenantId, b.secretId]]);
  });

  it('shows B no row of A when asked for it by name', async () => {
    expect(await asB('SELECT * FROM secrets WHERE tenant_id = $1', [a.tenantId])).toEqual([]);
    expect(await asB('SELECT * FROM secrets WHERE id = $1', [a.secretId])).toEqual([]);
    expect(await asB('SELECT count(*)::int AS n, max(tenant_id::text) AS tenant FROM secrets')).toEqual([
      { n: 1, tenant: b.tenantId },
    ]);
  });

  it('shows B the tenants that its transaction lists, and lets it change none of them', async () => {
    const listing = async (tenants: string, text: string) =>
      asTenant(b.tenantId, async (manager) => {
        await manager.query("SELECT set_config('app.tenants', $1, true)", [tenants]);
        return manager.query<unknown>(text);
      });
    const ids = 'SELECT id FROM secrets ORDER BY tenant_id';
    const both = [a, b].toSorted((one, other) => (one.tenantId < other.tenantId ? -1 : 1));
    expect(await listing(`${a.tenantId},${b.tenantId}`, ids)).toEqual(
      both.map(({ secretId: id }) => ({ id })),
    );
    expect(await listing(randomUUID(), ids)).toEqual([{ id: b.secretId }]);
    expect(await listing('', ids)).toEqual([{ id: b.secretId }]);
    const change = 'UPDATE secrets SET revision = revision RETURNING tenant_id';
    expect(await listing(a.tenantId, change)).toEqual([[{ tenant_id: b.tenantId }], 1]);
    expect(await listing(a.tenantId, `DELETE FROM secrets WHERE id = '${a.secretId}'`)).toEqual([[], 0]);
    expect(await asB(ids)).toEqual([{ id: b.secretId }]);
  });

  it('tells by a search which secrets match, of the tenants that it is asked for', async () => {
    const search = 'SELECT tenant_ids, ids FROM search_secret_keys($1, $2, $3, $4, $5, false)';
    expect(await asB(search, [[b.tenantId], [true], userId, '%ARED-K%', 9])).toEqual([
      { tenant_ids: [b.tenantId], ids: [b.secretId] },
    ]);
    expect(await asB(search, [[b.tenantId], [true], userId, '%nothing%', 9])).toEqual([
      { tenant_ids: [], ids: [] },
    ]);
    expect(await asB(search, [[a.tenantId, b.tenantId], [true, true], userId, '%shared%', 1])).toEqual([
      { tenant_ids: null, ids: null },
    ]);
  });

  it('tells by labels which secrets have them, of the tenants that it is asked for', async () => {
    await database.asSuperuser(`UPDATE secrets SET labels = '{"env": "prod"}' WHERE key = 'shared-key'`);
    const search = `SELECT tenant_ids, ids FROM search_secret_labels($1, $2, $3, $4::text[]::jsonb[], $5, 9, $6)`;
    const asked = (tenants: string[], isGlobal: boolean, label = '{"env": "prod"}', names: string[] = []) =>
      asB(search, [tenants, tenants.map(() => false), userId, [label, '{"env": "none"}'], names, isGlobal]);
    expect(await asked([b.tenantId], false)).toEqual([{ tenant_ids: [b.tenantId], ids: [b.secretId] }]);
    expect(await asked([b.tenantId], false, '{}', ['env'])).toEqual([
      { tenant_ids: [b.tenantId], ids: [b.secretId] },
    ]);
    expect(await asked([b.tenantId], false, '{"env": "prod"}', ['team'])).toEqual([
      { tenant_ids: [], ids: [] },
    ]);
    expect(await asked([a.tenantId], true)).toEqual([{ tenant_ids: [], ids: [] }]);
  });

  it('records one act in the logs of several tenants, and acts in its own tenant afterwards', async () => {
    const id = randomUUID();
    const append = `SELECT record_events(ARRAY(
      SELECT ROW(log_id, $2, 'secret.list', NULL, NULL, NULL, NULL, 'ok', '{}', NULL)::audit_entry
      FROM unnest($1::uuid[]) log_id))`;
    const rows = await asTenant(b.tenantId, async (manager) => {
      await manager.query(append, [[a.tenantId, b.tenantId], id]);
      return manager.query<unknown[]>('SELECT id FROM secrets');
    });
    expect(rows).toEqual([{ id: b.secretId }]);
    const logs = await database.asSuperuser<{ log_id: string; body: string }>(
      'SELECT log_id, body FROM audit_events WHERE id = $1',
      [id],
    );
    expect(logs.map(({ log_id }) => log_id).sort()).toEqual([a.tenantId, b.tenantId].sort());
    for (const { log_id, body } of logs) expect(JSON.parse(body)).toMatchObject({ tenant_id: log_id, id });
  });

  it('gives nothing away through a condition that fails on rows of A', async () => {
    const text =
      'SELECT id FROM secrets WHERE tenant_id = $1 OR 1 / (CASE WHEN tenant_id = $2 THEN 0 ELSE 1 END) = 1';
    expect(await asB(text, [b.tenantId, a.tenantId])).toEqual([{ id: b.secretId }]);
  });

  it('lets B change and delete nothing of A', async () => {
    const before = await contents();
    expect(before).toHaveLength(1);
    expect(await asB('UPDATE secrets SET revision = revision + 1 RETURNING tenant_id')).toEqual([
      [{ tenant_id: b.tenantId }],
      1,
    ]);
    expect(await asB('UPDATE secrets SET revision = 9 WHERE tenant_id = $1', [a.tenantId])).toEqual([[], 0]);
    const undone = asTenant(b.tenantId, async (manager) => {
      expect(await manager.query('DELETE FROM secrets RETURNING tenant_id')).toEqual([
        [{ tenant_id: b.tenantId }],
        1,
      ]);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await contents()).toEqual(before);
  });

  it('lets B write no row for A, neither new nor moved', async () => {
    const refused = /violates row-level security policy/;
    await expect(asB(INSERT, [a.tenantId, randomUUID(), 'planted', userId])).rejects.toThrow(refused);
    await expect(asB('UPDATE secrets SET tenant_id = $1', [a.tenantId])).rejects.toThrow(refused);
    const overwrite = `${INSERT} ON CONFLICT (tenant_id, key) WHERE deleted_at IS NULL DO UPDATE SET value = excluded.value`;
    await expect(asB(overwrite, [a.tenantId, randomUUID(), 'shared-key', userId])).rejects.toThrow(refused);
    await expect(asB(INSERT, [b.tenantId, a.secretId, 'own-row', userId])).resolves.toBeDefined();
    await asB(`DELETE FROM secrets WHERE key = 'own-row'`);
  });

  it('lets B write no event for A and read none at all', async () => {
    const append = `INSERT INTO audit_events (log_id, id, at, action, outcome, body)
                    VALUES ($1, $2, now(), 'secret.read', 'ok', '{}')`;
    const event = (log: string) => [log, randomUUID()];
    await expect(asB(append, event(a.tenantId))).rejects.toThrow(/violates row-level security policy/);
    await expect(asB(append, event(NIL_UUID))).rejects.toThrow(/violates row-level security policy/);
    await expect(asB(append, event(b.tenantId))).resolves.toBeDefined();
    for (const text of [
      'SELECT * FROM audit_events',
      'SELECT count(*) FROM audit_events',
      `UPDATE audit_events SET body = ''`,
      'DELETE FROM audit_events',
      'TRUNCATE audit_events',
      `INSERT INTO audit_events (log_id, id, at, action, outcome, body)
         VALUES ('${b.tenantId}', '${randomUUID()}', now(), 'a', 'ok', '') RETURNING body`,
      `INSERT INTO audit_events (log_id, id, at, action, outcome, body)
         VALUES ('${b.tenantId}', '${b.eventId}', now(), 'a', 'ok', '')
         ON CONFLICT (log_id, id) DO UPDATE SET body = ''`,
    ]) {
      await expect(asB(text)).rejects.toMatchObject(causedBy('permission denied for table audit_events'));
    }
  });

  it('shows nothing and takes nothing where no tenant is set', async () => {
    const check = async () => {
      expect(await dataSource.query('SELECT * FROM secrets')).toEqual([]);
      expect(await dataSource.query('UPDATE secrets SET revision = 9')).toEqual([[], 0]);
      expect(await dataSource.query('DELETE FROM secrets')).toEqual([[], 0]);
      await expect(dataSource.query(INSERT, [b.tenantId, randomUUID(), 'planted', userId])).rejects.toThrow(
        /violates row-level security policy/,
      );
    };
    const setting = () => dataSource.query("SELECT current_setting('app.tenant', true) AS tenant");
    expect(await setting()).toEqual([{ tenant: '' }]);
    await check();
    await asB('SELECT 1');
    expect(await setting()).toEqual([{ tenant: '' }]);
    await check();
  });

  it('keeps to the role through RESET and DISCARD', async () => {
    for (const text of ['RESET ROLE', 'RESET ALL', 'DISCARD ALL']) {
      await dataSource.query(text);
      expect(await dataSource.query('SELECT * FROM secrets')).toEqual([]);
      await expect(dataSource.query('SELECT * FROM audit_events')).rejects.toThrow(/permission denied/);
    }
    await dataSource.query('SET row_security = off');
    await expect(dataSource.query('SELECT * FROM secrets')).rejects.toThrow(/affected by row-level security/);
  });

  it('gives each of many transactions at once the rows of its own tenant', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => (index % 3 === 0 ? a : b)).map(async (asked) => ({
        asked,
        rows: await asTenant(asked.tenantId, (manager) =>
          manager.query<{ id: string }[]>('SELECT id FROM secrets'),
        ),
      })),
    );
    for (const { asked, rows } of answers) expect(rows).toEqual([{ id: asked.secretId }]);
  });

  it('answers a read for the tenant that it names, and records it in that log', async () => {
    const [one, two, three] = [randomUUID(), randomUUID(), randomUUID()];
    const rows = await dataSource.query<
      { ordinal: number; outcome: string; id: string | null; value: Buffer }[]
    >(READ, [
      [b.tenantId, a.tenantId, b.tenantId],
      ['shared-key', 'shared-key', 'no-such-key'],
      [one, two, three],
      ['secret.read', 'secret.read', 'secret.read'],
      ['{}', '{}', '{}'],
      [null, null, null],
      [userId, userId, userId],
      [false, false, false],
    ]);
    expect(rows.map(({ ordinal, outcome, id }) => [ordinal, outcome, id])).toEqual([
      [1, 'ok', b.secretId],
      [2, 'ok', a.secretId],
      [3, 'not_found', null],
    ]);
    expect(rows.slice(0, 2).map(({ value }) => value.toString())).toEqual(['of b', 'of a']);
    const events = await database.asSuperuser(
      `SELECT id, log_id, body::json ->> 'outcome' AS outcome FROM audit_events WHERE id = ANY ($1) ORDER BY at, id`,
      [[one, two, three]],
    );
    expect(new Map(events.map(({ id, log_id, outcome }) => [id, [log_id, outcome]]))).toEqual(
      new Map([
        [one, [b.tenantId, 'ok']],
        [two, [a.tenantId, 'ok']],
        [three, [b.tenantId, 'not_found']],
      ]),
    );
  });

  it('tells of an event only by its log and id together', async () => {
    const exists = async (log: string, id: string) =>
      (await dataSource.query<{ yes: boolean }[]>('SELECT audit_event_exists($1, $2) AS yes', [log, id]))[0]
        ?.yes;
    expect(await exists(a.tenantId, a.eventId)).toBe(true);
    expect(await exists(b.tenantId, a.eventId)).toBe(false);
    expect(await exists(NIL_UUID, a.eventId)).toBe(false);
    expect(await exists(a.tenantId, randomUUID())).toBe(false);
  });
});

class ExpandBackfill1800000000999 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE secrets ADD backfilled text`);
    await runner.query(`UPDATE secrets SET backfilled = key || ' of ' || tenant_id`);
    await runner.query(`ALTER TABLE secrets ALTER backfilled SET NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE secrets DROP backfilled');
  }
}

describe('a backfill', () => {
  it('changes the rows of every tenant: the owner is not bound by the policies', async () => {
    const database = await cloneDatabase();
    try {
      const { a, b } = await plantTwoTenants(database);
      await migrate({
        ownerUrl: database.ownerUrl,
        appRole: APP_ROLE,
        readerRole: READER_ROLE,
        migrations: [...allMigrations, ExpandBackfill1800000000999],
      });
      const rows = await database.asSuperuser('SELECT tenant_id, backfilled FROM secrets');
      expect(new Map(rows.map(({ tenant_id, backfilled }) => [tenant_id, backfilled]))).toEqual(
        new Map([a, b].map(({ tenantId }) => [tenantId, `shared-key of ${tenantId}`])),
      );
    } finally {
      await database.drop();
    }
  });
});
