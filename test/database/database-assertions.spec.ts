import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StartupError } from '../../src/common/startup-error.js';
import { assertDurable, assertServiceLogin } from '../../src/database/connection/database-assertions.js';
import { openServiceDataSource } from '../../src/database/connection/service-data-source.js';
import { APP_ROLE, OWNER, READER_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { serverVersion } from '../support/server.js';

describe('the check of the service’s login at start', () => {
  let database: TestDatabase;
  const login = `weak_login_${process.pid}`;
  beforeEach(async () => {
    database = await cloneDatabase();
    await database.asSuperuser(`CREATE ROLE ${login} LOGIN IN ROLE ${APP_ROLE}`);
  });
  afterEach(async () => {
    await database.asSuperuser(`REASSIGN OWNED BY ${login} TO postgres`);
    await database.asSuperuser(`DROP OWNED BY ${login}`);
    await database.drop();
    const admin = new URL(database.superuserUrl);
    admin.pathname = '/postgres';
    const { query } = await import('../support/server.js');
    await query(admin.toString(), `DROP ROLE ${login}`);
  });

  async function check(url: string, single = false): Promise<void> {
    const dataSource = await openServiceDataSource({ url, poolSize: 1, appRole: APP_ROLE, single });
    try {
      await assertServiceLogin(dataSource, READER_ROLE);
    } finally {
      await dataSource.destroy();
    }
  }

  const weak = () => database.superuserUrl.replace('postgres@', `${login}@`);

  it('passes for a login of its own, and for the owner’s where sessions take the role on', async () => {
    await check(database.url);
    await check(weak());
    await check(database.ownerUrl, true);
    await check(database.superuserUrl, true);
  });

  it('refuses a superuser', async () => {
    await expect(check(database.superuserUrl)).rejects.toThrow(
      new StartupError(
        'DATABASE_URL: the login is a superuser, whom row-level security does not bind; give the service a login of its own',
      ),
    );
  });

  /**
   * Returns a statement that lets the login become a role without having its rights: before version 16 by its own
   * choice.
   */
  function grantWithoutRights(role: string, version: number): string {
    return version >= 16
      ? `GRANT ${role} TO ${login} WITH INHERIT FALSE, SET TRUE`
      : `ALTER ROLE ${login} NOINHERIT; GRANT ${role} TO ${login}`;
  }

  it('refuses the owner', async () => {
    await expect(check(database.ownerUrl)).rejects.toThrow(
      /^DATABASE_URL: the login owns secrets, audit_events/,
    );
  });

  it.each<[string, (version: number) => string, RegExp]>([
    ['BYPASSRLS', () => `ALTER ROLE ${login} BYPASSRLS`, /has BYPASSRLS/],
    ['who owns one table', () => `ALTER TABLE audit_events OWNER TO ${login}`, /owns audit_events/],
    ['who has the rights of the owner', () => `GRANT ${OWNER} TO ${login}`, /owns secrets, audit_events/],
    ['who can become the owner', (version) => grantWithoutRights(OWNER, version), /owns secrets/],
    [
      'without row-level security',
      () => 'ALTER TABLE secrets DISABLE ROW LEVEL SECURITY',
      /not active for secrets/,
    ],
    ['who can become the reader', () => `GRANT ${READER_ROLE} TO ${login}`, /member of strongroom_reader/],
    ['who can become a superuser', (version) => grantWithoutRights('postgres', version), /postgres|owns/],
    ['who may create tables', () => `GRANT CREATE ON SCHEMA public TO ${login}`, /may create objects/],
    ['with a table missing', () => 'DROP TABLE audit_events', /not visible/],
    [
      'who may not see the schema',
      () => `REVOKE USAGE ON SCHEMA public FROM PUBLIC, ${APP_ROLE}`,
      /not visible/,
    ],
  ])('refuses a login %s', async (_name, statement, message) => {
    await database.asSuperuser(statement(await serverVersion()));
    const checked = check(weak());
    await expect(checked).rejects.toThrow(StartupError);
    await expect(checked).rejects.toThrow(message);
  });

  it('says which setting lets PostgreSQL lose what it acknowledged', async () => {
    const durable = async () => {
      const dataSource = await openServiceDataSource({
        url: database.url,
        poolSize: 1,
        appRole: APP_ROLE,
        single: false,
      });
      await assertDurable(dataSource).finally(() => dataSource.destroy());
    };
    // The test server does not wait for the disk.
    await expect(durable()).rejects.toThrow(/^DATABASE_URL: .*synchronous_commit.* is off/);
  });
});
