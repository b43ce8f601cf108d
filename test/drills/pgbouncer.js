import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { environmentOf, HEADERS, requireProgram, startDatabase } from './support/drill.js';
import { admin, ended, listening, run } from './support/programs.js';

/**
 * Connects Strongroom through PgBouncer: in session mode everything must work, in transaction and statement mode the
 * start and doctor must refuse with one line.
 */
requireProgram('pgbouncer', ['--version']);
const folder = mkdtempSync(join(tmpdir(), 'strongroom-drill-'));
chmodSync(folder, 0o755);
const postgres = await startDatabase(folder);
const problems = [];
try {
  await works('session');
  for (const mode of ['transaction', 'statement']) await isRefused(mode);
  await isRefusedWithOptions();
} finally {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
for (const problem of problems) process.stdout.write(`FAILED: ${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;

async function works(mode) {
  await withPooler(mode, 'ignore_startup_parameters = options', async (environment) => {
    const { child, output } = run('main.js', [], { ...environment, PORT: '0', STRONGROOM_DRAIN_MS: '0' });
    const url = await listening(child, output);
    const statuses = [];
    for (let round = 0; round < 30; round += 1) {
      const calls = Array.from({ length: 10 }, (_, key) => call(url, 'GET', `key${key}`));
      if (round === 0)
        for (let key = 0; key < 10; key += 1)
          statuses.push(await call(url, 'PUT', `key${key}`, '{"value":"v"}'));
      else statuses.push(...(await Promise.all(calls)));
    }
    const wrong = statuses.filter((status) => status !== 200);
    say(`pool_mode = ${mode}: ${statuses.length} requests, ${wrong.length} were not 200`);
    if (wrong.length > 0) problems.push(`${mode}: ${wrong.join(' ')}`);
    child.kill('SIGTERM');
    await ended(child);
    await expectDoctor(environment, 0, /^ok +row-level security/m, mode);
  });
}

async function isRefused(mode) {
  await withPooler(mode, 'ignore_startup_parameters = options', async (environment) => {
    const { child, output } = run('main.js', [], { ...environment, PORT: '0' });
    const code = await ended(child);
    const line = output.text.trim();
    say(`pool_mode = ${mode}: exit code ${code}: ${line}`);
    if (code !== 1 || line.includes('\n') || !/pool_mode/.test(line)) problems.push(`${mode}: ${line}`);
    await expectDoctor(environment, 1, /^FAILED +database: .*pool_mode/m, mode);
  });
}

/** PgBouncer refuses what a session begins with, unless it is told to ignore that. */
async function isRefusedWithOptions() {
  await withPooler('session', '', async (environment) => {
    const { child, output } = run('main.js', [], { ...environment, PORT: '0' });
    const code = await ended(child);
    say(`without ignore_startup_parameters: exit code ${code}: ${output.text.trim()}`);
    if (code !== 1 || !/ignore_startup_parameters = options/.test(output.text)) problems.push(output.text);
  });
}

async function expectDoctor(environment, expected, pattern, mode) {
  const { code, text } = await admin(['doctor'], environment);
  if (code !== expected || !pattern.test(text)) problems.push(`doctor, ${mode}: ${code}\n${text}`);
}

async function withPooler(mode, setting, work) {
  const port = await freePort();
  const directory = join(folder, `${mode}${setting.length}`);
  mkdirSync(directory, { mode: 0o777 });
  chmodSync(directory, 0o777);
  const sockets = new URL(postgres.url('postgres', 'drill')).searchParams.get('host');
  chmodSync(join(sockets, '..'), 0o755);
  chmodSync(sockets, 0o755);
  writeFileSync(join(directory, 'users.txt'), '"drill_owner" ""\n"drill_service" ""\n');
  writeFileSync(
    join(directory, 'pgbouncer.ini'),
    `[databases]
drill = host=${sockets} port=5432 dbname=drill
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${join(directory, 'users.txt')}
pool_mode = ${mode}
default_pool_size = 20
${setting}
`,
  );
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const pooler = spawn('pgbouncer', [...user, join(directory, 'pgbouncer.ini')], { stdio: 'ignore' });
  try {
    await untilOpen(port);
    await work(environmentOf((login) => `postgresql://${login}@127.0.0.1:${port}/drill`));
  } finally {
    pooler.kill('SIGINT');
    await ended(pooler);
  }
}

async function call(url, method, key, body) {
  const answer = await fetch(`${url}/api/v3/secrets/${key}`, { method, headers: HEADERS, body });
  await answer.text();
  return answer.status;
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilOpen(port) {
  for (let attempt = 0; attempt < 250; attempt += 1) {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'drill_service', database: 'drill' });
    const isOpen = await client.connect().then(
      () => true,
      () => false,
    );
    await client.end().catch(() => undefined);
    if (isOpen) return;
    await sleep(20);
  }
  throw new Error('PgBouncer does not accept connections');
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
