import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { allMigrations } from '../../src/database/all-migrations.js';
import { migrate, ownerDataSource } from '../../src/database/migrate.js';
import { catalogue, catalogueOf } from '../support/catalogue.js';
import { APP_ROLE, READER_ROLE, SERVICE, cloneDatabase, type TestDatabase } from '../support/database.js';

const FOLDER = join(import.meta.dirname, '../../src/database/migrations');

describe('migrations', () => {
  const databases: TestDatabase[] = [];
  let fresh: string[];
  beforeAll(async () => {
    const database = await emptyDatabase();
    await bring(database, allMigrations.length);
    fresh = await catalogue(database.superuserUrl);
  });
  afterAll(() => Promise.all(databases.map((database) => database.drop())));

  async function emptyDatabase(): Promise<TestDatabase> {
    const database = await cloneDatabase({ empty: true });
    databases.push(database);
    return database;
  }

  function bring(database: TestDatabase, count: number): Promise<{ applied: readonly string[] }> {
    return migrate({ ...optionsOf(database), migrations: allMigrations.slice(0, count) });
  }

  it('are all listed, in order, and each is a class of its number', () => {
    const files = readdirSync(FOLDER)
      .map((name) => /^(\d{13})-([a-z-]+)\.ts$/.exec(name))
      .filter((match) => match !== null)
      .map(
        ([, number = '', name = '']) =>
          name.replace(/(^|-)([a-z])/g, (_, _dash, c: string) => c.toUpperCase()) + number,
      );
    expect(allMigrations.map(({ name }) => name)).toEqual(
      files.sort((a, b) => (a.slice(-13) < b.slice(-13) ? -1 : 1)),
    );
  });

  it('say by their names whether programs without them go on working', () => {
    for (const { name } of allMigrations)
      expect(name).toMatch(/^(Baseline|(Expand|Contract)[A-Z]\w+?)\d{13}$/);
    expect(allMigrations.filter(({ name }) => name.startsWith('Baseline'))).toEqual([allMigrations[0]]);
  });

  it('import nothing of the program outside their folder, but for the baseline, which runs the schema', () => {
    for (const file of readdirSync(FOLDER)) {
      const imports = [...readFileSync(join(FOLDER, file), 'utf8').matchAll(/from '([^']+)'/g)];
      const allowed = file.endsWith('-baseline.ts')
        ? /^typeorm$|^\.\.\/schema\/[a-z-]+\.js$/
        : /^typeorm$|^\.\/[a-z-]+\.js$/;
      for (const [, from] of imports) expect(from).toMatch(allowed);
    }
  });

  it('give an upgraded database the schema of a fresh one, from every older state', async () => {
    for (let older = 1; older <= allMigrations.length; older += 1) {
      const database = await emptyDatabase();
      expect((await bring(database, older)).applied).toHaveLength(older);
      const rest = allMigrations.length - older;
      expect((await bring(database, allMigrations.length)).applied).toHaveLength(rest);
      expect(await catalogue(database.superuserUrl)).toEqual(fresh);
    }
  });

  it('can each be taken back and made again, but for the baseline', async () => {
    for (let back = 0; back < allMigrations.length; back += 1) {
      const database = await emptyDatabase();
      await bring(database, allMigrations.length);
      await undo(database, back);
      await bring(database, allMigrations.length);
      expect(await catalogue(database.superuserUrl)).toEqual(fresh);
    }
  });

  it('stop at the baseline when they are taken back', async () => {
    const database = await emptyDatabase();
    await bring(database, allMigrations.length);
    await undo(database, allMigrations.length - 1);
    const before = await catalogue(database.superuserUrl);
    await expect(undo(database, 1)).rejects.toThrow('The baseline cannot be reverted');
    expect(await catalogue(database.superuserUrl)).toEqual(before);
    expect(await database.asSuperuser('SELECT name FROM schema_migrations')).toEqual([
      { name: allMigrations[0]!.name },
    ]);
  });

  it('give the schema whoever migrates, but for the owner', async () => {
    const database = await emptyDatabase();
    await migrate({ ...optionsOf(database), ownerUrl: database.superuserUrl });
    const withOwner = (lines: string[]) =>
      lines.map((line) => line.replaceAll(/\b(postgres|test_owner)\b/g, 'OWNER')).sort();
    expect(withOwner(await catalogue(database.superuserUrl))).toEqual(withOwner(fresh));
  });

  describe('compared with a planted difference', () => {
    let client: pg.Client;
    beforeAll(async () => {
      const database = await emptyDatabase();
      await bring(database, allMigrations.length);
      client = new pg.Client({ connectionString: database.superuserUrl });
      await client.connect();
    });
    afterAll(() => client.end());

    it.each([
      ['table', 'CREATE TABLE planted (id int)'],
      ['missing table', 'DROP TABLE login_failures'],
      ['unlogged table', 'ALTER TABLE login_failures SET UNLOGGED'],
      ['column', 'ALTER TABLE users ADD planted int'],
      ['missing column', 'ALTER TABLE users DROP first_login_at'],
      ['type', 'ALTER TABLE secrets ALTER revision TYPE bigint'],
      ['precision', 'ALTER TABLE secrets ALTER created_at TYPE timestamptz(6)'],
      ['collation', 'ALTER TABLE role_permissions ALTER role TYPE text COLLATE "default"'],
      ['nullability', 'ALTER TABLE secrets ALTER version_created_by DROP NOT NULL'],
      ['default', 'ALTER TABLE secrets ALTER version SET DEFAULT 2'],
      ['missing default', 'ALTER TABLE users ALTER active DROP DEFAULT'],
      ['missing constraint', 'ALTER TABLE secrets DROP CONSTRAINT ck_secrets_key'],
      ['constraint', 'ALTER TABLE secrets ADD CONSTRAINT ck_planted CHECK (version < 9) NOT VALID'],
      ['name of a constraint', 'ALTER TABLE users RENAME CONSTRAINT pk_users TO pk_user'],
      ['index', 'CREATE INDEX ix_planted ON secrets (tenant_id, version)'],
      ['missing index', 'DROP INDEX ix_secrets_key_generation'],
      ['missing policy', 'DROP POLICY tenant_rows ON secrets'],
      ['missing restrictive policy', 'DROP POLICY living ON secrets'],
      ['policy', 'CREATE POLICY planted ON secrets FOR SELECT USING (true)'],
      ['condition of a policy', 'ALTER POLICY tenant_rows ON secrets USING (true)'],
      ['role of a policy', 'ALTER POLICY reader_rows ON secrets TO PUBLIC'],
      ['row-level security', 'ALTER TABLE audit_events DISABLE ROW LEVEL SECURITY'],
      ['function', `CREATE FUNCTION planted() RETURNS int LANGUAGE sql AS 'SELECT 1'`],
      [
        'body of a function',
        `CREATE OR REPLACE FUNCTION audit_event_exists(p_log uuid, p_id uuid) RETURNS boolean
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS 'SELECT true'`,
      ],
      ['search_path of a function', 'ALTER FUNCTION read_secrets RESET search_path'],
      ['rights of a function', 'ALTER FUNCTION audit_event_exists SECURITY INVOKER'],
      ['owner of a function', 'ALTER FUNCTION read_secrets OWNER TO postgres'],
      ['call of a function', 'GRANT EXECUTE ON FUNCTION read_secrets TO PUBLIC'],
      ['missing call', `REVOKE EXECUTE ON FUNCTION read_secrets FROM ${APP_ROLE}`],
      ['grant', `GRANT SELECT ON audit_events TO ${APP_ROLE}`],
      ['missing grant', `REVOKE DELETE ON secrets FROM ${APP_ROLE}`],
      ['grant option', `GRANT SELECT ON secrets TO ${APP_ROLE} WITH GRANT OPTION`],
      ['grant of a column', `GRANT SELECT (password_hash) ON users TO ${READER_ROLE}`],
      ['right on the schema', `GRANT CREATE ON SCHEMA public TO ${APP_ROLE}`],
      ['right of everyone', 'GRANT CREATE ON SCHEMA public TO PUBLIC'],
      ['default right', `ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ${APP_ROLE}`],
      ['owner of a table', `ALTER TABLE secrets OWNER TO ${SERVICE}`],
      ['schema', 'CREATE SCHEMA planted'],
      ['view', 'CREATE VIEW planted AS SELECT id FROM secrets'],
      [
        'trigger',
        `CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
        CREATE TRIGGER planted BEFORE UPDATE ON secrets FOR EACH ROW EXECUTE FUNCTION t()`,
      ],
      ['replica identity', 'ALTER TABLE secrets REPLICA IDENTITY USING INDEX pk_secrets'],
      ['enumeration', `CREATE TYPE planted AS ENUM ('a')`],
      ['sequence', 'CREATE SEQUENCE planted'],
      ['permission', `INSERT INTO role_permissions VALUES ('viewer', 'secret_delete')`],
    ])('finds a %s', async (_kind, statement) => {
      await client.query('BEGIN');
      try {
        await client.query(statement);
        expect(await catalogueOf(client)).not.toEqual(fresh);
      } finally {
        await client.query('ROLLBACK');
      }
      expect(await catalogueOf(client)).toEqual(fresh);
    });
  });
});

function optionsOf(database: TestDatabase) {
  return { ownerUrl: database.ownerUrl, appRole: APP_ROLE, readerRole: READER_ROLE };
}

async function undo(database: TestDatabase, count: number): Promise<void> {
  const dataSource = await ownerDataSource(optionsOf(database)).initialize();
  try {
    for (let done = 0; done < count; done += 1) await dataSource.undoLastMigration({ transaction: 'each' });
  } finally {
    await dataSource.destroy();
  }
}
