import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api } from './api.js';
import { DataFolder } from './data-folder.js';
import { service, type Program } from './program.js';

const CANARY = 'canary-3f1f8a5e-of-a-secret';

/** Splits a command line into words as a shell does. */
function words(line: string): string[] {
  const printed = execFileSync('sh', ['-c', `set -- ${line}; printf '%s\\0' "$@"`], { encoding: 'utf8' });
  return printed.split('\0').slice(0, -1);
}

/** Sends the request of the printed curl line. */
function curl(line: string): Promise<Response> {
  const headers: Record<string, string> = {};
  const init: RequestInit = { headers };
  let url = '';
  const args = words(line).slice(1);
  while (args.length > 0) {
    const option = args.shift()!;
    if (option === '-u') headers.Authorization = `Basic ${Buffer.from(args.shift()!).toString('base64')}`;
    else if (option === '-H') {
      const [name = '', value = ''] = args.shift()!.split(': ');
      headers[name] = value;
    } else if (option === '-X') init.method = args.shift()!;
    else if (option === '-d') init.body = args.shift()!;
    else url = option;
  }
  return fetch(url, init);
}

describe('a first start', () => {
  const folder = new DataFolder();
  let program: Program;
  let url: string;
  let password: string;
  const api = () => new Api(url, password);
  beforeAll(async () => {
    program = service(folder.environment);
    url = await program.listening();
    password = /^Password: +(\S+)$/m.exec(program.stdout)?.[1] ?? '';
  });
  afterAll(async () => {
    await program.stop();
    folder.remove();
  });

  it('prints a curl line that works', async () => {
    const line = /^ +(curl .*)$/m.exec(program.stdout)?.[1] ?? '';
    const answer = await curl(line);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      key: 'hello',
      tenant_name: 'default_tenant',
      created_by: 'admin',
    });
  });

  it('prints a random password once, and asks for a backup of the root key', () => {
    expect(password.length).toBeGreaterThanOrEqual(20);
    expect(program.stdout).toMatch(/shown only once: save it now/);
    expect(program.stdout).toContain(`The root key was created in ${folder.keyFile}\nBack it up`);
    expect(program.stderr).not.toContain(password);
  });

  it('prints where everything is and how to stop', () => {
    expect(program.stdout).toMatch(new RegExp(`^Strongroom listens on ${url}$`, 'm'));
    expect(program.stdout).toMatch(new RegExp(`^Documents: +${url}/api/docs$`, 'm'));
    expect(program.stdout).toMatch(new RegExp(`^Data: +${folder.path}$`, 'm'));
    expect(program.stdout).toMatch(new RegExp(`^Root key: +${folder.keyFile} \\(back it up`, 'm'));
    expect(program.stdout).toMatch(/^Stop it with Ctrl-C\.$/m);
  });

  it('keeps the key file and the folder to itself', () => {
    expect(statSync(folder.keyFile).mode & 0o777).toBe(0o600);
    expect(statSync(folder.path).mode & 0o077 & ~0o011).toBe(0);
    expect(readFileSync(folder.keyFile, 'utf8')).toMatch(/^root-[0-9a-f]{8}:[A-Za-z0-9+/]{43}=\n$/);
  });

  it('is over after SIGTERM, and all is still there after the next, which prints no password', async () => {
    expect((await api().call('PUT', 'kept', CANARY)).status).toBe(200);
    expect((await api().call('PATCH', 'hello', `${CANARY}-2`)).status).toBe(200);
    expect((await program.stop()).code).toBe(0);
    expect(existsSync(join(folder.path, 'postgres/postmaster.pid'))).toBe(false);
    const keyOfDatabase = readFileSync(folder.keyFile, 'utf8').split(':')[1]!.trim();
    expect(folder.filesWith(CANARY, password)).toEqual([]);
    expect(folder.filesWith(keyOfDatabase)).toEqual([folder.keyFile]);

    program = service(folder.environment);
    url = await program.listening();
    expect(program.stdout).not.toMatch(/Password|root key was/);
    const [, line = ''] = /^ +(curl .*)$/m.exec(program.stdout) ?? [];
    // Without a password, curl asks for it.
    expect((await curl(line.replace('-u admin', `-u admin:${password}`))).status).toBe(200);
    expect(await api().value('kept')).toBe(CANARY);
    expect(await api().value('hello')).toBe(`${CANARY}-2`);
  });

  it('logs neither values nor credentials', () => {
    for (const text of [program.stdout, program.stderr]) {
      expect(text).not.toContain(CANARY);
      expect(text).not.toContain(Buffer.from(`admin:${password}`).toString('base64'));
    }
  });
});
