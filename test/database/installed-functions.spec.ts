import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { migrate, ownerDataSource, pendingUpgrade } from '../../src/database/migrate.js';
import { programFunctions, type FunctionSet } from '../../src/database/schema/function-set.js';
import { catalogue } from '../support/catalogue.js';
import { APP_ROLE, READER_ROLE, SERVICE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { query } from '../support/server.js';

const CURRENT = programFunctions();

/** Returns the functions of another version, one of which returns a different result. */
function version(number: number, answer: string): FunctionSet {
  const texts = new Map(CURRENT.texts);
  const text = CURRENT.texts.get('audit_event_exists') ?? '';
  texts.set('audit_event_exists', text.replace(/SELECT EXISTS[^;]*?\n/, `SELECT ${answer}\n`));
  return { number, texts };
}

describe('the functions of a database', () => {
  let database: TestDatabase;
  const made: TestDatabase[] = [];
  afterEach(async () => {
    const [schema] = await database.asSuperuser<{ may: boolean }>(
      `SELECT has_schema_privilege('${READER_ROLE}', 'public', 'CREATE') AS may`,
    );
    expect(schema).toEqual({ may: false });
  });
  afterAll(() => Promise.all(made.map((each) => each.drop())));

  async function databaseOf(functions: FunctionSet): Promise<TestDatabase> {
    database = await cloneDatabase({ empty: true });
    made.push(database);
    await bring(functions);
    return database;
  }

  const options = (functions = CURRENT) => ({
    ...{ ownerUrl: database.ownerUrl, appRole: APP_ROLE, readerRole: READER_ROLE, serviceLogin: SERVICE },
    functions,
  });
  const bring = async (functions = CURRENT) => (await migrate(options(functions))).functionsInstalled;
  const problem = async (functions = CURRENT) => (await pendingUpgrade(options(functions))).functions;
  const recorded = () =>
    database.asSuperuser('SELECT number, fingerprint, installed_at::text FROM schema_functions');
  const answer = async () => {
    const [row] = await query<{ is: boolean }>(
      database.url,
      'SELECT audit_event_exists(gen_random_uuid(), gen_random_uuid()) AS is',
    );
    return row?.is;
  };

  it('are installed where there are none, and once', async () => {
    database = await cloneDatabase({ empty: true });
    made.push(database);
    const dataSource = await ownerDataSource(options()).initialize();
    await dataSource.runMigrations({ transaction: 'each' });
    await dataSource.destroy();
    expect(await recorded()).toEqual([]);
    expect(await problem()).toBe('the functions are not installed');
    expect(await bring()).toBe(true);
    expect(await problem()).toBeUndefined();
    const first = await recorded();
    expect(first).toEqual([expect.objectContaining({ number: CURRENT.number })]);
    expect(await bring()).toBe(false);
    expect(await recorded()).toEqual(first);
  });

  it('are replaced where the number is lower', async () => {
    await databaseOf(version(7, 'true'));
    expect(await answer()).toBe(true);
    expect(await problem(version(8, 'false'))).toBe('the functions are those of an older version');
    expect(await bring(version(8, 'false'))).toBe(true);
    expect(await answer()).toBe(false);
    expect(await recorded()).toEqual([expect.objectContaining({ number: 8 })]);
  });

  it('are not touched where the number is higher, whatever state they are in', async () => {
    await databaseOf(version(8, 'true'));
    await database.asSuperuser(`ALTER FUNCTION read_secrets OWNER TO test_owner`);
    const before = [await catalogue(database.superuserUrl), await recorded()];
    expect(await bring(version(7, 'false'))).toBe(false);
    expect(await problem(version(7, 'false'))).toBeUndefined();
    expect([await catalogue(database.superuserUrl), await recorded()]).toEqual(before);
  });

  it('stay those of the newer of two programs that start in turns', async () => {
    await databaseOf(version(7, 'false'));
    const programs = [version(8, 'true'), version(7, 'false')];
    for (let turn = 0; turn < 6; turn += 1) {
      await bring(programs[turn % 2]);
      expect(await answer()).toBe(true);
    }
    await Promise.all([...programs, ...programs, ...programs].map(bring));
    expect(await answer()).toBe(true);
    expect(await recorded()).toEqual([expect.objectContaining({ number: 8 })]);
  });

  it.each([
    ['an owner', 'ALTER FUNCTION read_secrets OWNER TO test_owner'],
    ['a definer', 'ALTER FUNCTION read_secrets SECURITY INVOKER'],
    ['a fixed search_path', 'ALTER FUNCTION read_secrets RESET search_path'],
    ['a setting', 'ALTER FUNCTION find_identities RESET ALL'],
    ['a grant', `REVOKE EXECUTE ON FUNCTION read_secrets FROM ${APP_ROLE}`],
    ['a function', 'DROP FUNCTION remove_secrets'],
    [
      'a text',
      `CREATE OR REPLACE FUNCTION secret_key_bucket(p_key text) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT 1::bigint'`,
    ],
    ['the refusal of everybody else', 'GRANT EXECUTE ON FUNCTION read_secrets TO PUBLIC'],
    ['the refusal of a login', `GRANT EXECUTE ON FUNCTION user_may TO ${SERVICE} WITH GRANT OPTION`],
  ])('are mended at the same number where a restore has lost %s', async (_lost, statement) => {
    await databaseOf(CURRENT);
    const before = await catalogue(database.superuserUrl);
    await database.asSuperuser(statement);
    expect(await catalogue(database.superuserUrl)).not.toEqual(before);
    expect(await problem()).toBe('the functions differ from those that were installed');
    expect(await bring()).toBe(true);
    expect(await catalogue(database.superuserUrl)).toEqual(before);
    expect(await bring()).toBe(false);
  });

  it('stay as they were when one of them cannot be installed', async () => {
    await databaseOf(version(7, 'true'));
    const before = [await catalogue(database.superuserUrl), await recorded()];
    await expect(bring(version(8, 'no_such_column'))).rejects.toThrow('no_such_column');
    expect([await catalogue(database.superuserUrl), await recorded()]).toEqual(before);
  });
});
