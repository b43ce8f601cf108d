import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { migrate, pendingUpgrade } from '../../src/database/migrate.js';
import { findDamage } from '../../src/database/repair/mend-schema.js';
import { functionFingerprint } from '../../src/database/schema/function-fingerprint.js';
import { programFunctions } from '../../src/database/schema/function-set.js';
import { catalogue } from '../support/catalogue.js';
import {
  APP_ROLE,
  OWNER,
  READER_ROLE,
  SERVICE,
  cloneDatabase,
  type TestDatabase,
} from '../support/database.js';
import { query } from '../support/server.js';

const ROLES = { appRole: APP_ROLE, readerRole: READER_ROLE, serviceLogin: SERVICE };

/** Lists what a restore may leave, what is said of it, and the statements that leave it. */
const CURABLE: [what: string, said: RegExp, damage: string][] = [
  [
    'lost rights on a table',
    /rights are missing: strongroom_app INSERT on secrets$/,
    `REVOKE INSERT ON secrets FROM ${APP_ROLE}`,
  ],
  [
    'lost rights on a column',
    /rights are missing: strongroom_app UPDATE last_used_at on tokens$/,
    `REVOKE UPDATE (last_used_at) ON tokens FROM ${APP_ROLE}`,
  ],
  [
    'lost rights of the reader',
    /rights are missing: strongroom_reader SELECT on secret_keys$/,
    `REVOKE ALL ON secret_keys FROM ${READER_ROLE}`,
  ],
  [
    'lost all rights',
    /rights are missing: strongroom_reader SELECT on audit_backfill, strongroom_reader UPDATE on audit_backfill, .* and \d+ more$/,
    'REVOKE_ALL',
  ],
  [
    'gained rights',
    /rights too many: (PUBLIC DELETE|strongroom_app UPDATE) on audit_events, (PUBLIC DELETE|strongroom_app UPDATE) on audit_events$/,
    `GRANT UPDATE ON audit_events TO ${APP_ROLE}; GRANT DELETE ON audit_events TO PUBLIC`,
  ],
  [
    'gained rights of the login',
    /rights too many: test_service DELETE on users$/,
    `GRANT DELETE ON users TO ${SERVICE}`,
  ],
  [
    'gained rights on a partition',
    /rights too many: strongroom_app SELECT on audit_events_default$/,
    `GRANT SELECT ON audit_events_default TO ${APP_ROLE}`,
  ],
  [
    'lost the schema',
    /strongroom_reader may not see the schema public$/,
    `REVOKE USAGE ON SCHEMA public FROM ${READER_ROLE}`,
  ],
  [
    'opened the schema',
    /PUBLIC may create objects in the schema public$/,
    'GRANT CREATE ON SCHEMA public TO PUBLIC',
  ],
  [
    'opened the schema to the reader',
    /strongroom_reader may create objects/,
    `GRANT CREATE ON SCHEMA public TO ${READER_ROLE}`,
  ],
  ['lost a policy', /the policy living of secrets is missing/, 'DROP POLICY living ON secrets'],
  [
    'lost a policy of events',
    /the policy reader_appends of audit_events is missing/,
    'DROP POLICY reader_appends ON audit_events',
  ],
  [
    'widened a policy',
    /the policy reader_rows of secrets is missing or binds other roles$/,
    'ALTER POLICY reader_rows ON secrets TO PUBLIC',
  ],
  [
    'switched row-level security off',
    /row-level security is not active for secrets$/,
    'ALTER TABLE secrets DISABLE ROW LEVEL SECURITY',
  ],
  ['lost an index', /the index uq_secrets_key is missing$/, 'DROP INDEX uq_secrets_key'],
  ['lost an extension and its indexes', /^missing: the extension pg_trgm$/, 'DROP EXTENSION pg_trgm CASCADE'],
  [
    'gave a table to the service',
    /secrets belongs to test_service instead of test_owner/,
    `GRANT ${SERVICE} TO ${OWNER}; ALTER TABLE secrets OWNER TO ${SERVICE}`,
  ],
  [
    'gave the view to a role of the owner',
    /secret_keys belongs to strongroom_reader instead of test_owner/,
    `GRANT CREATE ON SCHEMA public TO ${READER_ROLE}; ALTER VIEW secret_keys OWNER TO ${READER_ROLE}; REVOKE CREATE ON SCHEMA public FROM ${READER_ROLE}`,
  ],
  [
    'gave a type to another role',
    /audit_entry belongs to strongroom_app/,
    `GRANT CREATE ON SCHEMA public TO ${APP_ROLE}; ALTER TYPE audit_entry OWNER TO ${APP_ROLE}; REVOKE CREATE ON SCHEMA public FROM ${APP_ROLE}`,
  ],
  [
    'gave a function of the trash to another role',
    /find_trash belongs to strongroom_app instead of test_owner/,
    `GRANT CREATE ON SCHEMA public TO ${APP_ROLE}; ALTER FUNCTION find_trash OWNER TO ${APP_ROLE}; REVOKE CREATE ON SCHEMA public FROM ${APP_ROLE}`,
  ],
  [
    'left default privileges',
    /default privileges of test_owner give strongroom_app rights on new tables$/,
    `ALTER DEFAULT PRIVILEGES FOR ROLE ${OWNER} IN SCHEMA public GRANT ALL ON TABLES TO ${APP_ROLE}`,
  ],
];

describe('what a restore leaves', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await cloneDatabase();
  });
  afterEach(() => database.drop());

  const options = () => ({ ownerUrl: database.ownerUrl, ...ROLES });

  const runner = () => ({
    query: (text: string, values?: unknown[]) => query(database.ownerUrl, text, values),
  });

  async function found(roles = {}): Promise<string[]> {
    const damage = await findDamage(runner(), { ...ROLES, ...roles });
    return damage.map(({ problem, cure }) => (cure === undefined ? problem : `${problem}: ${cure}`));
  }

  it('is nothing in a new database', async () => {
    expect(await found()).toEqual([]);
    expect((await migrate(options())).mended).toEqual([]);
  });

  it.each(CURABLE)('where it %s is named and mended', async (_what, said, damage) => {
    const before = await catalogue(database.superuserUrl);
    await database.asSuperuser(
      damage === 'REVOKE_ALL'
        ? `REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${APP_ROLE}, ${READER_ROLE}`
        : damage,
    );
    expect(await catalogue(database.superuserUrl)).not.toEqual(before);
    expect(await found()).toEqual(expect.arrayContaining([expect.stringMatching(said)]));
    const { mended } = await migrate(options());
    expect(mended).toEqual(expect.arrayContaining([expect.stringMatching(said)]));
    expect(await catalogue(database.superuserUrl)).toEqual(before);
    expect(await found()).toEqual([]);
    expect(await migrate(options())).toMatchObject({ applied: [], functionsInstalled: false, mended: [] });
    await database.asSuperuser(`REVOKE ${SERVICE} FROM ${OWNER}`);
  });

  it('is mended also where functions of the reader were recorded with another owner', async () => {
    const before = await catalogue(database.superuserUrl);
    await database.asSuperuser(`ALTER FUNCTION read_secrets OWNER TO ${OWNER}`);
    const fingerprint = await functionFingerprint(runner(), [...programFunctions().texts.keys()]);
    await database.asSuperuser('UPDATE schema_functions SET fingerprint = $1', [fingerprint]);
    expect((await pendingUpgrade(options())).functions).toMatch(
      /of strongroom_reader belong to another role/,
    );
    expect((await migrate(options())).functionsInstalled).toBe(true);
    expect(await catalogue(database.superuserUrl)).toEqual(before);
  });

  it('is mended where the roles did not exist during the restore, or have other names now', async () => {
    const suffix = randomBytes(4).toString('hex');
    const names = { appRole: `app_${suffix}`, readerRole: `reader_${suffix}` };
    const { mended } = await migrate({ ...options(), ...names });
    expect(mended[0]).toBe(`the roles ${names.appRole} and ${names.readerRole} do not exist`);
    expect(await found(names)).toEqual([]);
    const all = (await catalogue(database.superuserUrl)).join('\n');
    await migrate(options());
    expect(
      all.replaceAll(names.appRole, APP_ROLE).replaceAll(names.readerRole, READER_ROLE).split('\n'),
    ).toEqual(
      expect.arrayContaining(
        (await catalogue(database.superuserUrl)).filter((line) => /^(policy|function grant) /.test(line)),
      ),
    );
    await database.asSuperuser(
      `DROP OWNED BY ${names.appRole}, ${names.readerRole}; DROP ROLE ${names.appRole}, ${names.readerRole}`,
    );
  });

  it('names what to run where the owner may not make the roles', async () => {
    const login = `owner_${randomBytes(4).toString('hex')}`;
    await database.asSuperuser(`CREATE ROLE ${login} LOGIN IN ROLE ${OWNER}`);
    const ownerUrl = database.ownerUrl.replace(OWNER, login);
    const migrated = migrate({ ...options(), ownerUrl, appRole: 'never_made', readerRole: 'nor_made' });
    await expect(migrated).rejects.toMatchObject({
      name: 'StartupError',
      message: expect.stringMatching(
        /do not exist: run as a superuser.*CREATE ROLE "never_made"; CREATE ROLE "nor_made"; GRANT/,
      ),
    });
    await database.asSuperuser(`DROP ROLE ${login}`);
  });

  it.each([
    [
      'tables of another login',
      'ALTER TABLE secrets OWNER TO postgres',
      /^The database is damaged: secrets belong to postgres, and test_owner may not change them: give .* connect .* deploy\/postgres-init\.sql/,
    ],
    [
      'a function of another login',
      'ALTER FUNCTION find_identities OWNER TO postgres',
      /find_identities belong to postgres/,
    ],
    [
      'the record of migrations',
      'ALTER TABLE schema_migrations OWNER TO postgres',
      /schema_migrations belong to postgres/,
    ],
    [
      'a schema of another login',
      'ALTER SCHEMA public OWNER TO postgres',
      /test_owner does not own the schema public: connect .* deploy\/postgres-init\.sql/,
    ],
    [
      'a table that is missing',
      'DROP TABLE login_failures CASCADE',
      /lacks login_failures: restore the backup again/,
    ],
    [
      'a constraint that is missing',
      'ALTER TABLE secrets DROP CONSTRAINT ck_secrets_key',
      /lacks the constraints ck_secrets_key: restore/,
    ],
  ])('is refused in one line, and changes nothing, where it is %s', async (_what, damage, line) => {
    await database.asSuperuser(damage);
    const before = await catalogue(database.superuserUrl);
    const migrated = migrate(options());
    await expect(migrated).rejects.toMatchObject({
      name: 'StartupError',
      message: expect.stringMatching(line),
    });
    expect(await catalogue(database.superuserUrl)).toEqual(before);
    expect(await found()).toEqual([expect.stringMatching(/: (give|connect|restore)/)]);
  });

  it('leaves the rights of other roles, such as those of a backup, alone', async () => {
    await database.asSuperuser('GRANT SELECT ON secrets, audit_events TO pg_monitor');
    expect(await found()).toEqual([]);
    await database.asSuperuser(`REVOKE INSERT ON secrets FROM ${APP_ROLE}`);
    await migrate(options());
    expect(
      await database.asSuperuser(`SELECT has_table_privilege('pg_monitor', 'secrets', 'SELECT') AS may`),
    ).toEqual([{ may: true }]);
  });
});
