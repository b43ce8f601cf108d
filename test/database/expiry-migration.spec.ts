import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrate, ownerDataSource } from '../../src/database/migrate.js';
import { catalogue } from '../support/catalogue.js';
import { APP_ROLE, READER_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { plantTwoTenants } from '../support/two-tenants.js';

const MIGRATION = 'ExpandExpiryAndLabels1800000000005';

describe('the migration of a database from before expiry and labels', () => {
  let database: TestDatabase;
  let before: string[];
  let files: unknown;
  let applied: readonly string[];
  beforeAll(async () => {
    database = await cloneDatabase();
    before = await catalogue(database.superuserUrl);
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
    await plantTwoTenants(database);
    files = await storage();
    ({ applied } = await migrate(options));
  });
  afterAll(() => database.drop());

  const storage = () => database.asSuperuser(`SELECT pg_relation_filenode('secrets') AS file`);

  it('makes what a new database has', async () => {
    expect(applied).toContain(MIGRATION);
    expect(await catalogue(database.superuserUrl)).toEqual(before);
  });

  it('gives secrets from before no labels, and does not rewrite the table', async () => {
    expect(await database.asSuperuser('SELECT DISTINCT labels, expires_at FROM secrets')).toEqual([
      { labels: {}, expires_at: null },
    ]);
    expect(await storage()).toEqual(files);
  });
});
