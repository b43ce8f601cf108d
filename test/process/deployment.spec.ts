import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src/database/embedded/embedded-postgres.js';
import { PageFolder } from '../documents/page-folder.js';
import { runPage, type Printed } from '../documents/run-page.js';
import { Api } from './api.js';
import { DataFolder } from './data-folder.js';

/** Lists what a clone does not have, and the packages, which are linked instead of downloaded again. */
const NOT_IN_A_CLONE = ['node_modules', 'dist', 'data', '.git', 'coverage'];
const UNIT = 'deploy/strongroom.service';

describe('docs/deployment.md, in a fresh clone on a new server', () => {
  const home = mkdtempSync(join(tmpdir(), 'strongroom-deployed-'));
  const [clone, settings] = [join(home, 'clone'), join(home, 'etc')];
  const folder = new PageFolder().withStandIns();
  const data = new DataFolder();
  let server: EmbeddedPostgres;
  let printed: Printed;
  let environment: NodeJS.ProcessEnv;
  let started: ChildProcess | undefined;

  beforeAll(async () => {
    const root = resolve('.');
    const isInClone = (file: string) => !NOT_IN_A_CLONE.includes(file.slice(root.length + 1));
    cpSync(root, clone, { recursive: true, filter: isInClone });
    symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
    if (!existsSync(join(clone, 'admin')))
      folder.withAdmin(join(clone, 'admin'), join(clone, 'dist/src/cli/main.js'));
    server = await startEmbeddedPostgres({ dataDir: data.path });
    const socket = new URL(server.url('postgres', 'postgres')).searchParams.get('host') ?? '';
    environment = folder.environment({ PGHOST: socket, PGUSER: 'postgres' });
    printed = await runPage('docs/deployment.md', {
      folder: folder.path,
      environment,
      instead: [
        ['/opt/strongroom', clone],
        ['/etc/strongroom', settings],
        ['@127.0.0.1:5432/strongroom', `@/strongroom?host=${socket}`],
        ['PORT=8080', 'PORT=0'],
      ],
    });
  });
  afterAll(async () => {
    if (started?.exitCode === null) {
      started.kill('SIGTERM');
      await once(started, 'close');
    }
    await server.stop();
    data.remove();
    folder.remove();
    rmSync(home, { recursive: true, force: true });
  });

  it('migrates, and finds nothing to complain about', () => {
    expect(printed.at(-1)).toMatch(/^ok +audit: an event can be written$/m);
    expect(printed.at(-1)).not.toMatch(/^(FAILED|warning)/m);
  });

  it('lets nobody but root and the service read the secrets', () => {
    for (const name of ['database_url', 'database_owner_url', 'root_keys', 'admin_password'])
      expect(statSync(join(settings, name)).mode & 0o777).toBe(0o640);
  });

  it('starts what the unit of systemd says, in production, and serves', async () => {
    const [, command = ''] = /^ExecStart=(.*)$/m.exec(readFileSync(join(clone, UNIT), 'utf8')) ?? [];
    const [, file = ''] = /^EnvironmentFile=(.*)$/m.exec(readFileSync(join(clone, UNIT), 'utf8')) ?? [];
    const local = (text: string) =>
      text.replace('/opt/strongroom', clone).replace('/etc/strongroom', settings);
    const lines = readFileSync(local(file), 'utf8').trim().split('\n');
    const [program = '', ...args] = local(command).split(' ');
    const variables: NodeJS.ProcessEnv = { PATH: process.env.PATH };
    for (const line of lines) {
      const [name = '', value = ''] = line.split(/=(.*)/s);
      variables[name] = value;
    }
    started = spawn(program, args, { env: variables, stdio: ['ignore', 'pipe', 'pipe'] });
    const url = await listening(started);
    const password = readFileSync(join(settings, 'admin_password'), 'utf8').trim();
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    const api = new Api(url, password);
    expect((await api.call('PUT', 'db.password', 'x')).status).toBe(200);
    expect(await api.value('db.password')).toBe('x');
    expect((await new Api(url, 'wrong').call('GET', 'db.password')).status).toBe(401);
  });

  it('lets the owner read the audit trail as docs/operations/event-growth.md says', async () => {
    const [events = ''] = await runPage('docs/operations/event-growth.md', {
      folder: folder.path,
      environment,
      instead: [['/etc/strongroom', settings]],
    });
    const actions = events
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { action: string }).action);
    expect(actions).toEqual(['secret.read', 'secret.create', 'login']);
  });

  it('names in the unit only what is there, and gives a stop more time than it takes', () => {
    const unit = readFileSync(UNIT, 'utf8');
    for (const [, path = ''] of unit.matchAll(/\/opt\/strongroom\/(\S+)/g))
      expect([path, existsSync(join(clone, path))]).toEqual([path, true]);
    expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1])).toBeGreaterThan(25);
    expect(unit).not.toMatch(/^MemoryDenyWriteExecute=/m);
  });
});

/** Returns the address that a started service logs, as it does in production. */
async function listening(program: ChildProcess): Promise<string> {
  let logged = '';
  program.stderr?.setEncoding('utf8').on('data', (text: string) => (logged += text));
  program.stdout?.resume();
  for (let attempt = 0; attempt < 1_200 && program.exitCode === null; attempt += 1) {
    const [, url] = /listens on (http:[^\s"]+)/.exec(logged) ?? [];
    if (url !== undefined) return url;
    await sleep(100);
  }
  throw new Error(`It does not listen:\n${logged}`);
}
