import { createServer } from 'node:net';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { StartupError } from '../../src/common/startup-error.js';
import { allMigrations } from '../../src/database/all-migrations.js';
import { migrate, pendingUpgrade } from '../../src/database/migrate.js';
import { catalogue } from '../support/catalogue.js';
import {
  APP_ROLE,
  OWNER,
  READER_ROLE,
  SERVICE,
  cloneDatabase,
  type TestDatabase,
} from '../support/database.js';
import { query, testServer } from '../support/server.js';

const ROLES = { appRole: APP_ROLE, readerRole: READER_ROLE };

/** Takes long enough for concurrent starts, and fails when it runs twice. */
class ExpandSlow1800000000999 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE slow (id integer)');
    await runner.query('SELECT pg_sleep(0.3)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE slow');
  }
}

class ContractSlow1800000001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE slow');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE slow (id integer)');
  }
}

class ExpandBroken1800000000999 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE half (id integer)');
    await runner.query('SELECT 1 / 0');
  }

  async down(): Promise<void> {
    await Promise.resolve();
  }
}

describe('migrate', () => {
  const databases: TestDatabase[] = [];
  const roles: string[] = [];
  let admin: string;
  beforeAll(async () => {
    admin = (await testServer()).url('postgres', 'postgres');
  });
  afterAll(async () => {
    for (const database of databases) await database.drop();
    for (const role of roles) await query(admin, `DROP ROLE IF EXISTS ${role}`);
  });

  async function emptyDatabase(): Promise<TestDatabase> {
    const database = await cloneDatabase({ empty: true });
    databases.push(database);
    return database;
  }

  function freshRoles() {
    const suffix = randomBytes(4).toString('hex');
    const names = { appRole: `app_${suffix}`, readerRole: `reader_${suffix}` };
    roles.push(names.appRole, names.readerRole);
    return names;
  }

  async function loginWith(attributes: string): Promise<string> {
    const name = `login_${randomBytes(4).toString('hex')}`;
    await query(admin, `CREATE ROLE ${name} LOGIN ${attributes}`);
    roles.push(name);
    return name;
  }

  it('is done once when replicas start at the same moment on an empty database', async () => {
    const database = await emptyDatabase();
    const migrations = [...allMigrations, ExpandSlow1800000000999];
    let inside = 0;
    let most = 0;
    const afterwards = async () => {
      most = Math.max(most, (inside += 1));
      await new Promise((resolve) => setTimeout(resolve, 50));
      inside -= 1;
    };
    const waited: string[] = [];
    const runs = await Promise.all(
      Array.from({ length: 4 }, () =>
        migrate({
          ...{ ownerUrl: database.ownerUrl, ...ROLES, serviceLogin: SERVICE, migrations, afterwards },
          onProgress: (line) => waited.push(line),
        }),
      ),
    );
    expect(runs.map(({ applied }) => applied.length).sort()).toEqual([0, 0, 0, migrations.length]);
    expect(most).toBe(1);
    expect(waited).toHaveLength(3);
  });

  it('lets databases of one server migrate side by side, each making the roles', async () => {
    const names = freshRoles();
    const both = await Promise.all([emptyDatabase(), emptyDatabase(), emptyDatabase()]);
    const login = await loginWith('');
    await Promise.all(
      [...both, ...both].map(({ ownerUrl }) => migrate({ ownerUrl, ...names, serviceLogin: login })),
    );
    const [first, ...others] = await Promise.all(both.map(({ superuserUrl }) => catalogue(superuserUrl)));
    for (const other of others) expect(other).toEqual(first);
    const server = await testServer();
    for (const { name } of both) {
      expect(await query(server.url(login, name), 'SELECT count(*)::int AS n FROM secrets')).toEqual([
        { n: 0 },
      ]);
    }
  });

  it('lets the lock go, also after a failure', async () => {
    const database = await emptyDatabase();
    const options = { ownerUrl: database.ownerUrl, ...ROLES };
    const failing = migrate({
      ...options,
      afterwards: async (manager) => {
        await manager.query('CREATE TABLE planted (id integer)');
        throw new StartupError('no password');
      },
    });
    await expect(failing).rejects.toThrow(new StartupError('no password'));
    const again = await migrate(options);
    expect(again.applied).toEqual([]);
    expect(await database.asSuperuser(`SELECT to_regclass('planted') AS planted`)).toEqual([
      { planted: null },
    ]);
    const locks = await database.asSuperuser(`SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
      WHERE locktype = 'advisory' AND datname = current_database()`);
    expect(locks).toEqual([]);
  });

  it('undoes what a failing migration did, and keeps those before it', async () => {
    const database = await emptyDatabase();
    const options = { ownerUrl: database.ownerUrl, ...ROLES };
    const failing = migrate({ ...options, migrations: [...allMigrations, ExpandBroken1800000000999] });
    await expect(failing).rejects.toThrow('division by zero');
    expect((await pendingUpgrade(options)).migrations).toEqual([]);
    expect(await database.asSuperuser(`SELECT to_regclass('half') AS half`)).toEqual([{ half: null }]);
  });

  it('names what is pending and changes nothing', async () => {
    const database = await emptyDatabase();
    const options = { ownerUrl: database.ownerUrl, ...ROLES };
    const all = allMigrations.map(({ name }) => name);
    expect(await pendingUpgrade(options)).toEqual({ migrations: all, functions: undefined });
    expect(
      await database.asSuperuser(`SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace`),
    ).toEqual([]);
    await migrate(options);
    const migrations = [...allMigrations, ExpandSlow1800000000999];
    expect((await pendingUpgrade({ ...options, migrations })).migrations).toEqual([
      ExpandSlow1800000000999.name,
    ]);
  });

  it('works on a newer database whose further migrations only add', async () => {
    const database = await emptyDatabase();
    const options = { ownerUrl: database.ownerUrl, ...ROLES };
    await migrate({ ...options, migrations: [...allMigrations, ExpandSlow1800000000999] });
    const before = await catalogue(database.superuserUrl);
    expect(await migrate(options)).toMatchObject({ applied: [], functionsInstalled: false, mended: [] });
    expect(await pendingUpgrade(options)).toEqual({ migrations: [], functions: undefined });
    expect(await catalogue(database.superuserUrl)).toEqual(before);
  });

  it('refuses a newer database from which something was taken away', async () => {
    const database = await emptyDatabase();
    const options = { ownerUrl: database.ownerUrl, ...ROLES };
    const newer = [...allMigrations, ExpandSlow1800000000999, ContractSlow1800000001000];
    await migrate({ ...options, migrations: newer });
    const before = await catalogue(database.superuserUrl);
    const refusal =
      /^The database was migrated by a newer version of Strongroom \(ContractSlow1800000001000\)/;
    await expect(migrate(options)).rejects.toThrow(StartupError);
    await expect(migrate(options)).rejects.toThrow(refusal);
    await expect(pendingUpgrade(options)).rejects.toThrow(refusal);
    expect(await catalogue(database.superuserUrl)).toEqual(before);
  });

  it('makes the service a member of its role, or says that the server has no such login', async () => {
    const names = freshRoles();
    const database = await emptyDatabase();
    const options = { ownerUrl: database.ownerUrl, ...names };
    const missing = migrate({ ...options, serviceLogin: 'nobody_there' });
    await expect(missing).rejects.toThrow(StartupError);
    await expect(missing).rejects.toThrow('the server has no login "nobody_there": correct the user');
    const login = await loginWith('');
    await migrate({ ...options, serviceLogin: login });
    const member = `SELECT pg_has_role('${login}', '${names.appRole}', 'USAGE') AS app,
      pg_has_role('${login}', '${names.readerRole}', 'MEMBER') AS reader`;
    expect(await query(admin, member)).toEqual([{ app: true, reader: false }]);
  });

  it('tells an owner without the right to make roles what is missing, and works once it is given', async () => {
    const names = freshRoles();
    const owner = await loginWith('');
    const database = await emptyDatabase();
    await database.asSuperuser(`ALTER DATABASE ${database.name} OWNER TO ${owner}`);
    const options = { ownerUrl: (await testServer()).url(owner, database.name), ...names };
    await expect(migrate(options)).rejects.toThrow(StartupError);
    await expect(migrate(options)).rejects.toThrow(
      `CREATE ROLE ${names.appRole}; CREATE ROLE ${names.readerRole}`,
    );
    await query(admin, `CREATE ROLE ${names.appRole}; CREATE ROLE ${names.readerRole}`);
    await expect(migrate(options)).rejects.toThrow(StartupError);
    await query(admin, `GRANT ${names.appRole}, ${names.readerRole} TO ${owner}`);
    expect((await migrate(options)).applied).toHaveLength(allMigrations.length);
    const login = await loginWith('');
    await expect(migrate({ ...options, serviceLogin: login })).rejects.toThrow(
      `run as an administrator: GRANT ${names.appRole} TO ${login}`,
    );
  });

  describe('without a database to work on', () => {
    const secret = 'pass-word-x9';

    async function refusalOf(ownerUrl: string): Promise<string> {
      const error = await migrate({ ownerUrl, ...ROLES }).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(StartupError);
      const { message } = error as StartupError;
      expect(message).not.toContain(secret);
      expect(message).toMatch(/^[^\n]+$/);
      return message;
    }

    it('says that nothing answers', async () => {
      const closed = createServer();
      await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
      const { port } = closed.address() as { port: number };
      await new Promise((resolve) => closed.close(resolve));
      expect(await refusalOf(`postgresql://someone:${secret}@127.0.0.1:${port}/none`)).toMatch(
        /^DATABASE_OWNER_URL: nothing listens at that address: .*ECONNREFUSED\)$/,
      );
      expect(
        await refusalOf(`postgresql://someone:${secret}@localhost/none?host=%2Fno%2Fsuch%2Ffolder`),
      ).toMatch(/^DATABASE_OWNER_URL: that directory holds no socket of PostgreSQL: .*ENOENT\)$/);
    });

    it('says that something answers which is no PostgreSQL', async () => {
      const other = createServer((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n'));
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      const { port } = other.address() as { port: number };
      expect(await refusalOf(`postgresql://someone:${secret}@127.0.0.1:${port}/none`)).toMatch(
        /^DATABASE_OWNER_URL: (the connection was cut: .*something else answers|cannot connect to PostgreSQL)/,
      );
      await new Promise((resolve) => other.close(resolve));
    });

    it('says that the database or the login is not there', async () => {
      const server = await testServer();
      const as = (user: string, name: string) => server.url(`${user}:${secret}`, name);
      expect(await refusalOf(as(OWNER, 'no_such_database'))).toMatch(
        /^DATABASE_OWNER_URL: the database does not exist: create it/,
      );
      expect(await refusalOf(as('no_such_login', 'postgres'))).toMatch(
        /^DATABASE_OWNER_URL: the server does not admit the login: .*login "no_such_login".*28000\)$/,
      );
    });
  });
});
