import { request as httpRequest } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { ADMIN, ADMIN_PASSWORD, Strongroom } from '../support/strongroom.js';
import { external, PASSWORD } from './external.js';
import { service, strongroomAdmin } from './program.js';

const V31 = '/api/v3.1/secrets';
const CANARY = 'canary of a value';
const PASSPHRASE = 'a passphrase of the file';

/** Uses a Strongroom as the source, since it implements the manager's API. */
describe('strongroom-admin import-cloudify', () => {
  let source: Strongroom;
  let database: TestDatabase;
  let folder: string;
  const file = (name: string) => join(folder, name);
  const run = (args: readonly string[], input = `${ADMIN_PASSWORD}\n`) =>
    strongroomAdmin(['import-cloudify', ...args], external(database), input);
  const fromSource = (...args: string[]) => run([source.service.url, ...args]);
  const states = async () => {
    const tables = [
      'tenants',
      'users',
      'user_groups',
      'user_group_members',
      'tenant_users',
      'tenant_user_groups',
      'secrets',
    ];
    const rows = await Promise.all(
      tables.map((table) => database.asSuperuser<{ count: string }>(`SELECT count(*) FROM ${table}`)),
    );
    return Object.fromEntries(rows.map(([row], index) => [tables[index] ?? '', Number(row!.count)]));
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'strongroom move '));
    source = await Strongroom.start();
    database = await cloneDatabase();
    const call = async (method: string, path: string, body: object, tenant = 'default_tenant') => {
      const answer = await source.call({ ...ADMIN, tenant }, method, `/api/v3.1${path}`, body);
      if (answer.status > 299) throw new Error(`${path}: ${answer.text}`);
    };
    const alice = await source.tenant('one', 'manager');
    await source.member('one', 'bob', 'viewer');
    await source.user('carol', 'password-of-carol');
    await call('POST', '/users/active/carol', { action: 'deactivate' });
    await call('POST', '/user-groups', { group_name: 'crew', role: 'default' });
    await call('PUT', '/user-groups/users', { group_name: 'crew', username: 'carol' });
    await call('PUT', '/tenants/user-groups', { tenant_name: 'one', group_name: 'crew', role: 'operations' });
    for (const [key, body] of Object.entries({
      plain: { value: CANARY },
      hidden: { value: `${CANARY} hidden`, is_hidden_value: true },
      private: { value: `${CANARY} private`, visibility: 'private' },
    }))
      expect((await source.call(alice, 'PUT', `${V31}/${key}`, body)).status).toBe(200);
    await call('PUT', '/secrets/everywhere', { value: `${CANARY} global`, visibility: 'global' });
    await strongroomAdmin(['migrate'], external(database));
    writeFileSync(file('wrong-password'), 'a wrong password\n');
  });
  afterAll(async () => {
    await source.stop();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('tells in a dry run what would happen, and changes nothing', async () => {
    const before = await states();
    const { code, stdout, stderr } = await fromSource('--dry-run');
    expect([code, stderr]).toEqual([0, expect.stringMatching(/reading secrets[^]*4 secrets/)]);
    expect(stdout).toContain('tenants: 1 would be moved, 1 already there');
    expect(stdout).toContain('users: 3 would be moved, 1 already there');
    expect(stdout).toContain('user groups: 1 would be moved');
    expect(stdout).toContain('secrets: 4 would be moved, 0 already there');
    expect(await states()).toEqual(before);
  });

  it('asks for a decision on passwords', async () => {
    for (const args of [[], ['--invite', '--passwords-file', file('both')]]) {
      const { code, stderr } = await fromSource(...args);
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(/^Say how new users get a password[^\n]*\n$/),
      ]);
    }
  });

  it('brings everything over, with creators and times', async () => {
    const { code, stdout, stderr } = await fromSource('--passwords-file', file('passwords'));
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout).toContain('tenants: 1 moved, 1 already there');
    expect(stdout).toContain('users: 3 moved, 1 already there');
    expect(stdout).toContain('secrets: 4 moved, 0 already there');
    expect(stdout).toContain('Nothing was left out');
    expect(stdout + stderr).not.toMatch(/canary|correct horse/);
    const passwords = new Map(
      readFileSync(file('passwords'), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => line.split(':') as [string, string]),
    );
    expect(statSync(file('passwords')).mode & 0o777).toBe(0o600);
    expect([...passwords.keys()].sort()).toEqual(['bob', 'carol', 'one-manager']);
    const target = service(external(database));
    try {
      const url = await target.listening();
      const as = (login: string, path: string, tenant = 'one') =>
        fetch(`${url}/api/v3.1${path}`, {
          headers: { Authorization: `Basic ${Buffer.from(login).toString('base64')}`, tenant },
        });
      const login = (name: string) => `${name}:${passwords.get(name) ?? ''}`;
      for (const key of ['plain', 'hidden', 'private']) {
        const here = (await (await as(login('one-manager'), `/secrets/${key}`)).json()) as object;
        const there = await source.call({ ...ADMIN, tenant: 'one' }, 'GET', `${V31}/${key}`);
        expect(here).toEqual(there.body);
      }
      expect((await as(login('bob'), '/secrets/everywhere')).status).toBe(200);
      expect((await as(login('bob'), '/secrets/private')).status).toBe(404);
      expect((await as(login('carol'), '/secrets')).status).toBe(401);
      expect((await as(`admin:${PASSWORD}`, '/user-groups/crew?_get_data=true')).status).toBe(200);
      expect(await (await as(`admin:${PASSWORD}`, '/user-groups/crew?_get_data=true')).json()).toMatchObject({
        tenants: { one: 'operations' },
        users: ['carol'],
      });
    } finally {
      await target.stop();
    }
  });

  it('can be run again, and replaces secrets only where that is said', async () => {
    const before = await states();
    await source.call({ ...ADMIN, tenant: 'one' }, 'PATCH', `${V31}/plain`, { value: `${CANARY} anew` });
    const again = await fromSource('--invite');
    expect(again.stdout).toContain('secrets: 0 moved, 4 already there');
    expect(again.stdout).toContain('memberships: 0 moved, 5 already there');
    const versions = () =>
      database.asSuperuser<{ key: string; version: number }>('SELECT key, version FROM secrets ORDER BY key');
    expect((await versions()).every(({ version }) => version === 1)).toBe(true);
    const replaced = await fromSource('--invite', '--override');
    expect(replaced.stdout).toContain('secrets: 0 moved, 0 already there, 4 replaced');
    expect((await versions()).filter(({ version }) => version === 2)).toEqual([{ key: 'plain', version: 2 }]);
    expect(await states()).toEqual(before);
  });

  it('says what it could not bring, and brings the rest', async () => {
    const { body } = await source.call(
      { ...ADMIN, tenant: 'one' },
      'GET',
      `${V31}/share/export?_include_metadata=true`,
      undefined,
      { 'X-Export-Passphrase': PASSPHRASE },
    );
    const [secret] = body as unknown as Record<string, unknown>[];
    const rows = [
      { ...secret, key: 'from-file' },
      { ...secret, key: '1 wrong key' },
      { ...secret, key: 'of-nobody', creator: 'nobody' },
      { ...secret, key: 'lost', tenant_name: 'absent' },
      { ...secret, key: 'damaged', value: 'canary-of-a-token' },
    ];
    writeFileSync(file('export.json'), JSON.stringify(rows));
    writeFileSync(file('passphrase'), `${PASSPHRASE}\n`);
    const { code, stdout } = await run([file('export.json'), '--passphrase-file', file('passphrase')], '');
    expect(code).toBe(0);
    expect(stdout).toContain('secrets: 2 moved');
    expect(stdout).toContain('Not moved (3):');
    expect(stdout).toMatch(/secrets: one\/1 wrong key: key: /);
    expect(stdout).toMatch(/secrets: absent\/lost: tenant_name: /);
    expect(stdout).toMatch(/secrets: one\/damaged: encrypted: /);
    expect(stdout).toMatch(/Secrets of nobody, unknown here, are assigned to admin/);
    expect(stdout).not.toContain('canary');
    const asked = await run([file('export.json'), '--create-tenants'], `${PASSPHRASE}\n`);
    expect(asked.stdout).toContain('tenants: 1 moved, 1 already there');
    expect(asked.stdout).toContain('secrets: 1 moved, 2 already there');
  });

  it('brings values, schemas and options as they were written, from a manager and from a file', async () => {
    const value = '{ "10": 12345678901234567890, "2" : [0.1000000000000000055, 1.50],\n"1": "\\u00e9" }';
    const schema = '{ "title" : "x", "10": 12345678901234567890, "2": {} }';
    const options = '{ "9": 1.0, "1": {"b" : 12345678901234567890} }';
    const row = (key: string) => `{"key": "${key}", "tenant_name": "default_tenant", "visibility": "tenant",
      "is_hidden_value": false, "encrypted": false, "value": ${value}, "schema": ${schema},
      "provider_options": ${JSON.stringify(options)}}`;
    const blank = JSON.stringify({ ...JSON.parse(row('kept-blank')), schema: undefined, value: ' \n' });
    const imported = await source.send({
      method: 'POST',
      path: `${V31}/share/import`,
      headers: {
        Authorization: `Basic ${Buffer.from(ADMIN.login ?? '').toString('base64')}`,
        ...{ tenant: 'default_tenant', 'Content-Type': 'application/json' },
      },
      body: `{"override_collisions": false, "secrets_list": [${row('kept-manager')}, ${blank}]}`,
    });
    expect(imported.body.secrets_errors).toEqual({});
    const byManager = await fromSource('--invite');
    expect(byManager.stdout).toContain('secrets: 2 moved');
    writeFileSync(file('kept.json'), `\ufeff[\n${row('kept-file')}\n]`);
    const byFile = await run([file('kept.json')], '');
    expect([byFile.code, byFile.stdout]).toEqual([0, expect.stringContaining('secrets: 1 moved')]);
    const target = service(external(database));
    try {
      const url = await target.listening();
      const headers = {
        Authorization: `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}`,
        tenant: 'default_tenant',
      };
      const read = async (key: string) => (await fetch(`${url}${V31}/${key}`, { headers })).text();
      for (const key of ['kept-manager', 'kept-file']) {
        const text = await read(key);
        expect(text).toContain(`"value":${value},`);
        expect(text).toContain(`"schema":${schema},`);
        expect(text).toContain(`"provider_options":${JSON.stringify(options)}`);
      }
      expect(JSON.parse(await read('kept-blank'))).toMatchObject({ value: ' \n' });
    } finally {
      await target.stop();
    }
  });

  it.each([
    ['UTF-16', Buffer.from('[{"key": "a"}]', 'utf16le'), /is in UTF-16 or UTF-32: send UTF-8/],
    ['Latin-1', Buffer.from('[{"key":\n"\xe9"}]', 'latin1'), /is not in UTF-8 \(line 2, column 2\)/],
    ['a comma too many', Buffer.from('[{"key": "a"},\n]'), /is not valid JSON \(line 2, column 1\)/],
    ['a doubled name', Buffer.from('[{"key": "a", "key": "b"}]'), /has the same name twice/],
    ['a number beyond doubles', Buffer.from('[{"value": 1e400}]'), /holds a number that is too large/],
  ])('says what is wrong with a file: %s', async (_what, bytes, message) => {
    writeFileSync(file('broken.json'), bytes);
    const { code, stdout, stderr } = await run([file('broken.json')], '');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain('\n');
  });

  it('trusts a certificate by its authority, or not at all where that is said', async () => {
    const tls = (name: string) => new URL(`../support/tls/localhost.${name}`, import.meta.url).pathname;
    const front = createServer(
      { key: readFileSync(tls('key')), cert: readFileSync(tls('crt')) },
      (incoming, answer) => {
        const { url, method, headers } = incoming;
        httpRequest(`${source.service.url}${url ?? ''}`, { method, headers }, (upstream) => {
          answer.writeHead(upstream.statusCode ?? 500, upstream.headers);
          upstream.pipe(answer);
        }).end();
      },
    );
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    try {
      const url = `https://localhost:${(front.address() as AddressInfo).port}`;
      const refused = await run([url, '--dry-run']);
      expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/SELF_SIGNED.*--ca/)]);
      const trusted = await run([url, '--dry-run', '--ca', tls('crt')]);
      expect([trusted.code, trusted.stderr]).toEqual([0, expect.not.stringMatching(/Warning/)]);
      const insecure = await run([url, '--dry-run', '--insecure']);
      expect([insecure.code, insecure.stderr]).toEqual([
        0,
        expect.stringMatching(/Warning: the certificate/),
      ]);
    } finally {
      front.closeAllConnections();
      front.close();
    }
  });

  it.each<[string, () => readonly string[], RegExp]>([
    ['a file that is not there', () => [file('nothing')], /Cannot read .*ENOENT/],
    ['a file of something else', () => ['package.json'], /is not an export of secrets/],
    ['a file that is no JSON', () => ['README.md'], /is not valid JSON \(line 1, column 1\)/],
    ['another kind of URL', () => ['ftp://example.com'], /http or https/],
    ['a URL with a login', () => ['http://a:b@127.0.0.1:1'], /Leave the login out/],
    ['a closed port', () => ['http://127.0.0.1:1', '--invite'], /cannot be read: ECONNREFUSED/],
    [
      'TLS where there is none',
      () => [source.service.url.replace('http', 'https'), '--invite'],
      /cannot be read/,
    ],
    [
      'a file that holds more than a password',
      () => [source.service.url, '--invite', '--password-file', 'package.json'],
      /package\.json has more than one line/,
    ],
    [
      'a wrong password',
      () => [source.service.url, '--invite', '--password-file', file('wrong-password')],
      /refuses the login/,
    ],
    ['no manager at all', () => [`${source.service.url}/health`, '--invite'], /answers 404/],
    [
      'an owner who is none',
      () => [source.service.url, '--invite', '--owner', 'bob'],
      /no administrator `bob`/,
    ],
    [
      'a file of passwords that is there',
      () => [source.service.url, '--passwords-file', 'LICENSE'],
      /EEXIST/,
    ],
  ])('refuses %s with one line', async (_name, args, message) => {
    const { code, stdout, stderr } = await run(args());
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(message);
    expect(stderr).not.toMatch(/\n {4}at /);
  });
});
