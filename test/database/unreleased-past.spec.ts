import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { StartupError } from '../../src/common/startup-error.js';
import { migrate, pendingUpgrade } from '../../src/database/migrate.js';
import { catalogueOf } from '../support/catalogue.js';
import { APP_ROLE, READER_ROLE, SERVICE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { makeUnreleasedDatabase } from '../support/unreleased-database.js';

describe('a database of the unreleased past', () => {
  let database: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    database = await cloneDatabase({ empty: true });
    await makeUnreleasedDatabase(database);
    client = new pg.Client(database.superuserUrl);
    await client.connect();
    // The comparison of the catalogues reads this table too.
    await client.query('CREATE TABLE role_permissions (role text, permission text)');
    await client.query('ALTER TABLE role_permissions OWNER TO test_owner');
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  const options = () => ({ ownerUrl: database.ownerUrl, appRole: APP_ROLE, readerRole: READER_ROLE });

  it.each([
    ['migrated', () => migrate({ ...options(), serviceLogin: SERVICE })],
    ['looked over', () => pendingUpgrade(options())],
  ])('is refused with one line when it is %s, and is left as it is', async (_how, act) => {
    const state = async () => [
      await catalogueOf(client),
      (await client.query('SELECT id, name FROM schema_migrations ORDER BY id')).rows,
    ];
    const before = await state();
    const error = await act().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(StartupError);
    expect((error as StartupError).message).toMatch(
      /^This database was made by an unreleased version of Strongroom .*commit 3fe6459.*import the file$/,
    );
    expect(await state()).toEqual(before);
  });
});
