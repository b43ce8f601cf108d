import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { query } from '../support/server.js';
import { external } from './external.js';
import { service, strongroomAdmin } from './program.js';
import { refusal, refusalIn } from './refusal.js';

/** Returns what the start and `migrate` say: one line each, which are the same. */
async function refusals(database: TestDatabase): Promise<string> {
  const started = await service(external(database)).ended;
  const migrated = await strongroomAdmin(['migrate'], external(database));
  expect([started.code, migrated.code, started.stdout, migrated.stdout]).toEqual([1, 4, '', '']);
  const line = refusalIn(started.stderr);
  expect(migrated.stderr.trimEnd()).toBe(line);
  return line;
}

describe('a database that cannot serve is refused in one line with the cure', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await cloneDatabase();
  });
  afterAll(() => database.drop());

  const set = (change: string) => database.asSuperuser(`BEGIN READ WRITE; ${change}; COMMIT`);

  it('because it can only be read', async () => {
    await set(`ALTER DATABASE ${database.name} SET default_transaction_read_only = on`);
    const line = /the database can only be read: set default_transaction_read_only to off/;
    expect(await refusals(database)).toMatch(line);
    const doctor = await strongroomAdmin(['doctor'], external(database));
    expect([doctor.code, doctor.stdout]).toEqual([1, expect.stringMatching(line)]);
    expect(doctor.stdout).toMatch(/^FAILED +database: /m);
    expect(doctor.stdout).not.toContain('unexpected');
    await set(`ALTER DATABASE ${database.name} RESET default_transaction_read_only`);
  });

  it('because the login of the service can only read', async () => {
    const login = `reader_${process.pid}`;
    await database.asSuperuser(
      `CREATE ROLE ${login} LOGIN; ALTER ROLE ${login} SET default_transaction_read_only = on`,
    );
    const DATABASE_URL = database.url.replace(/\/\/[^@]+@/, `//${login}@`);
    const line = await refusal({ ...external(database), DATABASE_URL });
    await query(database.superuserUrl, `DROP OWNED BY ${login}; DROP ROLE ${login}`);
    expect(line).toMatch(/^DATABASE_URL: the database can only be read/);
  });

  it('because the server does not allow an extension', async () => {
    const empty = await cloneDatabase({ empty: true });
    // As managed servers answer for an extension that is not on their list, in any language.
    await empty.asSuperuser(`CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'Erweiterung »pg_trgm« ist nicht zugelassen' USING ERRCODE = '0A000'; END $$;
      CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('CREATE EXTENSION') EXECUTE FUNCTION refuse()`);
    expect(await refusals(empty)).toMatch(
      /does not provide the extension .*nicht zugelassen.*contrib.*azure\.extensions/,
    );
    await empty.drop();
  });

  it('but starts while a long transaction holds the table of events, and creates partitions later', async () => {
    const next = `audit_events_${new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth() + 2)).toISOString().slice(0, 7).replace('-', '_')}`;
    await database.asSuperuser(`DROP TABLE ${next}`);
    const backup = new pg.Client({ connectionString: database.superuserUrl });
    await backup.connect();
    await backup.query('BEGIN; LOCK TABLE audit_events IN ACCESS SHARE MODE');
    const started = service(external(database));
    await started.listening();
    expect(started.stderr).toMatch(
      /partitions of the audit events could not be created yet \(others hold the table\)/,
    );
    await backup.end();
    await started.stop();
    const migrated = await strongroomAdmin(['migrate'], external(database));
    expect([migrated.code, migrated.stderr]).toEqual([0, '']);
    expect(await database.asSuperuser(`SELECT to_regclass('${next}')::text AS name`)).toEqual([
      { name: next },
    ]);
  });
});
