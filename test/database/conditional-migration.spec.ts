import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrate, ownerDataSource } from '../../src/database/migrate.js';
import { APP_ROLE, READER_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { plantTwoTenants } from '../support/two-tenants.js';

const MIGRATION = 'ExpandConditionalChanges1800000000002';

describe('the migration of a database from before conditional requests', () => {
  let database: TestDatabase;
  let files: unknown;
  let applied: readonly string[];
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
    expect(await database.asSuperuser(`SELECT to_regclass('tenant_settings') AS found`)).toEqual([
      { found: null },
    ]);
    await plantTwoTenants(database);
    files = await storage();
    ({ applied } = await migrate(options));
  });
  afterAll(() => database.drop());

  const storage = () => database.asSuperuser(`SELECT pg_relation_filenode('secrets') AS file`);

  it('gives all secrets from before one mark, which no other database has, and no author', async () => {
    expect(applied).toContain(MIGRATION);
    const rows = await database.asSuperuser('SELECT DISTINCT mark IS NULL AS lacks, updated_by FROM secrets');
    expect(rows).toEqual([{ lacks: false, updated_by: null }]);
    const marks = await database.asSuperuser('SELECT DISTINCT mark FROM secrets');
    expect(marks).toHaveLength(1);
  });

  it('does not rewrite the table', async () => {
    expect(await storage()).toEqual(files);
  });

  it('gives each row that an older program inserts a mark of its own', async () => {
    await database.asSuperuser(
      `INSERT INTO secrets (tenant_id, id, key, value, key_generation, version_created_by, created_by)
       SELECT tenant_id, gen_random_uuid(), 'of-' || n, value, 1, created_by, created_by
       FROM secrets, generate_series(1, 5) AS n WHERE key = 'shared-key'`,
    );
    expect(await database.asSuperuser('SELECT DISTINCT mark FROM secrets')).toHaveLength(11);
  });

  it('lets managers change the settings of tenants', async () => {
    const roles = await database.asSuperuser(
      `SELECT role FROM role_permissions WHERE permission = 'tenant_update_settings' ORDER BY 1`,
    );
    expect(roles).toEqual([{ role: 'manager' }, { role: 'sys_admin' }]);
    const rights = await database.asSuperuser(
      `SELECT string_agg(p, ' ' ORDER BY p) AS rights FROM unnest('{SELECT, INSERT, UPDATE, DELETE}'::text[]) AS p
       WHERE has_table_privilege($1, 'tenant_settings', p)`,
      [APP_ROLE],
    );
    expect(rights).toEqual([{ rights: 'INSERT SELECT UPDATE' }]);
  });
});
