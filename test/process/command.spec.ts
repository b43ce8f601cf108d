import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { external, PASSWORD } from './external.js';
import { strongroomAdmin } from './program.js';

const NEW_PASSWORD = 'canary-of-a-new-password';

interface Recorded {
  action: string;
  key: string | null;
  outcome: string;
  body: string;
}

describe('strongroom-admin without an installation', () => {
  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await strongroomAdmin(['--version'], {})).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('helps, without colors where nobody is at a terminal', async () => {
    const { code, stdout, stderr } = await strongroomAdmin(['tenant', '--help'], { FORCE_COLOR: '1' });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Usage: strongroom-admin tenant <command>\n/);
    expect(stdout).not.toContain('\u001b');
  });

  it('ends with 2 for wrong usage', async () => {
    const { code, stdout, stderr } = await strongroomAdmin(['tenant', 'create'], {});
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('--help');
  });

  it('ends with 2 where nobody can answer its question', async () => {
    const { code, stdout, stderr } = await strongroomAdmin(['tenant', 'delete', 'payments'], {}, 'y\n');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe('Delete the tenant payments? Nobody can answer here: give --yes; nothing was done\n');
  });

  it('ends with 4 and one line for a wrong configuration', async () => {
    const { code, stderr } = await strongroomAdmin(['migrate'], { NODE_ENV: 'production' });
    expect(code).toBe(4);
    expect(stderr).toMatch(/^DATABASE_URL must be set in production[^\n]*\n$/);
  });
});

describe('strongroom-admin on an installation', () => {
  let database: TestDatabase;
  const run = (line: string, input = '') => strongroomAdmin(line.split(' '), external(database), input);
  const events = () =>
    database.asSuperuser<Recorded>(`SELECT body, body::json ->> 'action' AS action, body::json ->> 'key' AS key,
      body::json ->> 'outcome' AS outcome FROM audit_events ORDER BY at, id`);
  beforeAll(async () => {
    database = await cloneDatabase({ empty: true });
  });
  afterAll(() => database.drop());

  it('migrates an empty database, and says so when there is nothing to do', async () => {
    const first = await run('migrate');
    expect([first.code, first.stdout]).toEqual([
      0,
      expect.stringMatching(/^(applied \w+\n)+installed the functions\nThe database is up to date\n$/),
    ]);
    expect(first.stderr).toContain('Administrator:  admin');
    expect(first.stderr).not.toContain(PASSWORD);
    expect(await run('migrate')).toEqual({ code: 0, stdout: 'The database is up to date\n', stderr: '' });
  });

  it('makes tenants, users and memberships, each with an event and a hint', async () => {
    const before = (await events()).length;
    expect(await run('tenant create payments')).toEqual({
      code: 0,
      stdout: 'Created the tenant payments\n',
      stderr: 'To add a user:  strongroom-admin tenant add-user payments admin --role user\n',
    });
    expect(await run('user create alice --quiet', `${NEW_PASSWORD}\n`)).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect(await run('tenant add-user --role user payments alice')).toMatchObject({ code: 0, stderr: '' });
    expect(await run('user set-password alice', `\ufeff${NEW_PASSWORD}-2\r\n`)).toMatchObject({
      code: 0,
      stderr: '',
    });
    const ended = await run('user set-password --end-tokens alice', `${NEW_PASSWORD}-3`);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect((await events()).slice(before)).toMatchObject([
      { action: 'tenant.create', key: 'payments', outcome: 'ok' },
      { action: 'user.create', key: 'alice', outcome: 'ok' },
      { action: 'tenant.add_user', key: 'payments/alice', outcome: 'ok' },
      { action: 'user.set_password', key: 'alice', outcome: 'ok' },
      { action: 'user.set_password', body: expect.stringMatching(/"end_tokens" ?: ?"true"/) },
    ]);
    for (const { body } of await events()) expect(body).not.toContain(NEW_PASSWORD);
  });

  it.each([
    ['long-enough\n\n', /Standard input has more than one line/],
    ['long-enough \n', /Standard input begins or ends with a blank/],
    ['l\0o\0n\0g\0e\0r\0', /Standard input is in UTF-16/],
    ['long\0enough', /Standard input contains NUL/],
    ['x'.repeat(70_000), /Standard input is too long/],
  ])('refuses a password on standard input that nobody could type: case %#', async (input, message) => {
    const { code, stdout, stderr } = await run('user create bob', input);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.trimEnd()).toMatch(message);
    expect(stderr.trimEnd()).not.toContain('\n');
  });

  it('ends with 2 where a password is needed and nobody gives one', async () => {
    const { code, stdout, stderr } = await run('user create bob', '');
    expect([code, stdout, stderr.trimEnd()]).toEqual([
      2,
      '',
      'No password on standard input: give it there, on one line',
    ]);
  });

  it('finds a sound installation healthy, and changes nothing but the trail', async () => {
    const { code, stdout, stderr } = await run('doctor');
    expect([code, stderr]).toEqual([0, '']);
    for (const subject of ['configuration', 'database', 'roles', 'row-level security', 'keys', 'audit'])
      expect(stdout).toMatch(new RegExp(`^ok +${subject}: `, 'm'));
    expect((await events()).at(-1)).toMatchObject({ action: 'doctor', outcome: 'ok' });
  });

  it('files what is wrong under its subject, with the login and the variable that were asked', async () => {
    const findings = async (overrides: NodeJS.ProcessEnv) => {
      const { code, stdout } = await strongroomAdmin(['doctor'], { ...external(database), ...overrides });
      expect(code).toBe(1);
      return stdout;
    };
    const nonsense = await findings({ STRONGROOM_ROOT_KEYS: 'nonsense' });
    expect(nonsense).toMatch(/^FAILED +configuration: STRONGROOM_ROOT_KEYS, pair 1/);
    expect(nonsense.trimEnd()).not.toContain('\n');
    const service = await findings({ DATABASE_URL: database.url.replace('test_service', 'no_such_login') });
    expect(service).toMatch(
      /^ok +database: PostgreSQL \d.* asked by the owner's login: "test_owner" of DATABASE_OWNER_URL$/m,
    );
    expect(service).toMatch(
      /^FAILED +database: DATABASE_URL: the server does not admit the login: .*"no_such_login"/m,
    );
    expect(service).not.toContain('row-level security');
    const owner = await findings({
      DATABASE_OWNER_URL: database.ownerUrl.replace('test_owner', 'no_such_owner'),
    });
    expect(owner).toMatch(
      /^FAILED +database: DATABASE_OWNER_URL: the server does not admit the login: .*"no_such_owner"/m,
    );
  });

  it('finds what is wrong, and ends with 1', async () => {
    const other = {
      ...external(database),
      STRONGROOM_ROOT_KEYS: `test:${Buffer.from('another key of thirty-two bytes.').toString('base64')}`,
    };
    const keys = await strongroomAdmin(['doctor'], other);
    expect([keys.code, keys.stdout]).toEqual([1, expect.stringMatching(/^FAILED +keys: /m)]);
    await database.asSuperuser('ALTER TABLE secrets DISABLE ROW LEVEL SECURITY');
    const open = await run('doctor');
    expect([open.code, open.stdout]).toEqual([
      1,
      expect.stringMatching(/^FAILED +row-level security: .*secrets/m),
    ]);
    await database.asSuperuser('ALTER TABLE secrets ENABLE ROW LEVEL SECURITY');
    expect((await run('doctor')).code).toBe(0);
  });
});
