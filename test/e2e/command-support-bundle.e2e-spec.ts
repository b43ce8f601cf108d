import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { allMigrations } from '../../src/database/all-migrations.js';
import { APP_ROLE } from '../support/database.js';
import { ADMIN, ROOT_KEY } from '../support/strongroom.js';
import { CommandRoom } from './command-room.js';
import { REFUSED } from './command-table.js';

/** Stands in every value, name and setting that is planted; nothing of it may be found in a bundle. */
const CANARY = /canary|kanarienvogel/i;
const MASTER = { name: 'CanaryMaster', password: 'password-of-the-canary-1' };

type Bundle = Record<string, unknown>;

let command: CommandRoom;
let folder: string;
let token: string;
beforeAll(async () => {
  command = await CommandRoom.start();
  await plant();
});
afterAll(async () => {
  await command.room.database.asSuperuser('DROP OWNED BY canary_role');
  await command.room.database.asSuperuser('DROP ROLE canary_role');
  await command.stop();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'strongroom-bundle-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Puts a canary wherever a user or an operator can put something. */
async function plant(): Promise<void> {
  const { room } = command;
  const member = await room.tenant('canary-tenant', 'user');
  await room.user(MASTER.name, MASTER.password);
  await room.join(MASTER.name, 'canary-tenant', 'manager');
  await room.group('canary-group', [MASTER.name], { tenant: 'canary-tenant', role: 'user' });
  const as = { login: `${MASTER.name}:${MASTER.password}`, tenant: 'canary-tenant' };
  const path = '/api/v3.1/secrets/canary.key';
  const secret = { value: { canary: 'kanarienvogel' }, schema: { title: 'canary' }, description: 'a canary' };
  expect((await room.call(as, 'PUT', path, secret)).status).toBe(200);
  expect((await room.call(as, 'GET', path)).status).toBe(200);
  expect((await room.call({ login: 'canary:wrong-canary', tenant: 'canary' }, 'GET', path)).status).toBe(401);
  expect((await room.call(as, 'GET', '/api/v3.1/canary/nowhere?canary=canary')).status).toBe(404);
  const made = await room.call(as, 'POST', '/api/v3.1/tokens', { description: 'canary' });
  token = (made.body as { value: string }).value;
  const headers = { 'Authentication-Token': token };
  expect((await room.call({ tenant: 'canary-tenant' }, 'GET', path, undefined, headers)).status).toBe(200);
  expect((await room.call(ADMIN, 'GET', `/api/v3.1/secrets/${token}`)).status).toBe(404);
  expect((await room.secret(member, 'PUT', 'canary.other', 'canary')).status).toBe(200);
  await room.database.asSuperuser('CREATE ROLE canary_role LOGIN');
  await room.database.asSuperuser("ALTER ROLE canary_role SET canary.setting = 'kanarienvogel'");
  await room.database.asSuperuser('GRANT SELECT ON secrets TO canary_role');
  await room.database.asSuperuser('CREATE TABLE canary_table (canary text)');
  await room.database.asSuperuser('CREATE POLICY canary_policy ON secrets TO canary_role USING (true)');
}

/** Returns a log as the service writes it, with lines of others in it. */
function logFile(): string {
  const lines = [
    ...command.room.logs.map((line) => line.trimEnd()),
    JSON.stringify({
      level: 'error',
      msg: 'answered 500',
      err: {
        type: 'Error',
        message: 'canary',
        stack: 'Error: canary\n    at canary (/canary/dist/src/main.js:1:1)',
      },
    }),
    JSON.stringify({
      level: 'warn',
      msg: 'login "canary" at canary.example.com:5432 of /home/canary/x (canary-tenant)',
      reason: 'postgresql://canary:canary@canary/canary',
    }),
    JSON.stringify({
      level: 'info',
      msg: 'from 203.0.113.77 and [2001:db8::77]:443',
      canary: 'canary',
      route: 'canary',
      code: 'a canary',
    }),
    'a line of canaries',
    '["canary"]',
  ];
  const file = join(folder, 'service.log');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

async function bundleOf(line = ''): Promise<{ text: string; bundle: Bundle; printed: string }> {
  const file = join(folder, 'bundle.json');
  const { code, stdout, stderr } = await command.run(`support-bundle ${file} ${line}`.trim());
  expect([stderr, code]).toEqual(['It is text: read it before you give it away\n', 0]);
  const text = readFileSync(file, 'utf8');
  return { text, bundle: JSON.parse(text) as Bundle, printed: stdout };
}

describe('support-bundle', () => {
  it('holds nothing that anybody has named, and no secret', async () => {
    const log = logFile();
    expect(readFileSync(log, 'utf8').match(new RegExp(CANARY, 'gi'))!.length).toBeGreaterThan(30);
    process.env.CANARY_OF_THE_ENVIRONMENT = 'canary';
    const { text, printed } = await bundleOf(`--log-file ${log}`);
    Reflect.deleteProperty(process.env, 'CANARY_OF_THE_ENVIRONMENT');
    expect([text.match(CANARY), printed.match(CANARY)]).toEqual([null, null]);
    const { environment } = command.room;
    const secrets = [
      ...[token, token.split('-').at(-1), environment.STRONGROOM_ADMIN_PASSWORD, ROOT_KEY.split(':')[1]],
      ...[
        environment.DATABASE_URL,
        environment.DATABASE_OWNER_URL,
        environment.STRONGROOM_DATA_DIR,
        '127.0.0.1',
      ],
      ...['203.0.113.77', '2001:db8', 'test_service', APP_ROLE],
    ];
    expect(secrets.filter((secret) => text.includes(secret!))).toEqual([]);
  });

  it('holds what helps', async () => {
    const { bundle, printed } = await bundleOf(`--log-file ${logFile()}`);
    expect(bundle).toMatchObject({
      program: { version: expect.any(String), node: process.version },
      pool: { pool: 10, connections_of_a_process: 14 },
      doctor: { healthy: expect.any(Boolean) },
      'database.counts': [{ tenants: '2', users: '3', tokens: '1', groups: '1', maintenance: false }],
      'database.migrations': allMigrations.map(({ name }) => ({ name })),
      'database.other_tables': [{ count: '1' }],
    });
    expect(bundle['database.roles']).toContainEqual(
      expect.objectContaining({ name: '[service]', member_of: ['[app role]'] }),
    );
    expect(bundle['database.grants']).toContainEqual({
      object: 'secrets',
      grantee: expect.stringMatching(/^\[role \d+\]$/),
      privileges: ['SELECT'],
    });
    expect(bundle['database.sizes']).toContainEqual(
      expect.objectContaining({ name: 'secrets', index_bytes: expect.any(String) }),
    );
    expect(bundle.log).toContainEqual(
      expect.objectContaining({ msg: 'request', route: '/api/v3.1/secrets/:key', status: 200 }),
    );
    expect(bundle.log).toContainEqual({
      level: 'error',
      msg: 'answered 500',
      err: { type: 'Error', at: ['dist/src/main.js:1'] },
    });
    expect(bundle.log).toContain('a line of 18 characters that is no JSON');
    for (const section of Object.keys(bundle)) expect(printed).toMatch(new RegExp(`^${section} `, 'm'));
    const unavailable = Object.entries(bundle).filter(([, content]) => 'unavailable' in (content as object));
    expect(unavailable).toEqual([]);
  });

  it('is made where the database or the configuration is no use, and says so without secrets', async () => {
    const file = join(folder, 'away.json');
    const url = 'postgresql://canary:canary-password@127.0.0.1:1/canary?application_name=canary';
    const away = await command.runWith('DATABASE_OWNER_URL', url, `support-bundle ${file}`);
    expect(away.code).toBe(0);
    const text = readFileSync(file, 'utf8');
    expect(text.match(CANARY)).toBeNull();
    expect(JSON.parse(text)).toMatchObject({
      'database.connection': { unavailable: expect.stringContaining('nothing listens at that address') },
      doctor: { healthy: false },
    });
    for (const [name, value] of [
      ['STRONGROOM_MAX_VALUE_BYTES', 'canary'],
      ['PORT', 'canary-password'],
      ['STRONGROOM_ROOT_KEYS', 'canary:canary'],
      ['STRONGROOM_CANARY', 'canary'],
      ['STRONGROOM_DATA_DIR', '/home/canary'],
      ['DATABASE_URL', 'canary'],
    ] as const) {
      const wrong = join(folder, `${name}.json`);
      expect((await command.runWith(name, value, `support-bundle ${wrong}`)).code).toBe(0);
      expect([name, readFileSync(wrong, 'utf8').replaceAll('STRONGROOM_CANARY', '').match(CANARY)]).toEqual([
        name,
        null,
      ]);
    }
  });

  it('is a new file that only its owner may read, and overwrites none', async () => {
    await bundleOf();
    const file = join(folder, 'bundle.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const before = readFileSync(file, 'utf8');
    const again = await command.run(`support-bundle ${file}`);
    expect([again.code, again.stderr]).toEqual([
      REFUSED,
      `${file} exists already: name another file; nothing was written\n`,
    ]);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('is only listed with --list', async () => {
    const { contents, file } = await command.json<{ file: null; contents: { section: string }[] }>(
      'support-bundle --list',
    );
    expect([file, contents.map(({ section }) => section)]).toEqual([
      null,
      expect.arrayContaining(['program', 'configuration', 'doctor', 'database.sizes']),
    ]);
    expect(readdirSync('.').filter((name) => name.startsWith('strongroom-support-'))).toEqual([]);
    expect((await command.run(`support-bundle ${join(folder, 'x')} --list`)).code).toBe(2);
    expect(existsSync(join(folder, 'x'))).toBe(false);
  });

  it('is refused where the log or the folder is not there', async () => {
    const noLog = await command.run(
      `support-bundle ${join(folder, 'x')} --log-file ${join(folder, 'none.log')}`,
    );
    expect([noLog.code, noLog.stderr]).toEqual([
      REFUSED,
      expect.stringMatching(/^--log-file: \S+ cannot be read \(ENOENT\)/),
    ]);
    const noFolder = await command.run(`support-bundle ${join(folder, 'none', 'x')}`);
    expect([noFolder.code, noFolder.stderr]).toEqual([
      REFUSED,
      expect.stringContaining('cannot be written (ENOENT)'),
    ]);
    expect(readdirSync(folder)).toEqual([]);
  });
});
