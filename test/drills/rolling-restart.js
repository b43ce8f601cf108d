/**
 * Restarts two replicas in turn, behind nginx with deploy/nginx.conf and under load. No request may fail. Then checks that
 * the errors of nginx itself have the form of the service's errors.
 * Run it with `npm run drill:rolling-restart`; it needs nginx (Debian: apt-get install nginx).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { environmentOf, HEADERS, requireProgram, startDatabase } from './support/drill.js';

const RESTARTS = 4;
const CONNECTIONS = 16;
const NGINX_PORT = 18_080;
const REPLICA_PORTS = [18_081, 18_082];

requireProgram('nginx', ['-v']);
const folder = mkdtempSync(join(tmpdir(), 'strongroom-drill-'));
const postgres = await startDatabase(folder);
const environment = {
  NODE_ENV: 'production',
  ...environmentOf((login) => postgres.url(login, 'drill')),
};
const replicas = [];
for (const port of REPLICA_PORTS) replicas.push(await startReplica(port));
const nginx = startNginx();
await untilReady(NGINX_PORT);
if ((await call('PUT', '{"value":"0"}')) !== 200) throw new Error('The first request failed');

let restarting = true;
const load = Promise.all(['GET', 'PATCH'].map((method) => loadUntilTheEnd(method)));
for (let restart = 0; restart < RESTARTS; restart += 1) {
  const index = restart % replicas.length;
  await stop(replicas[index]);
  replicas[index] = await startReplica(REPLICA_PORTS[index]);
}
restarting = false;
const failures = await load;

const wrong = await wrongErrors();
for (const replica of replicas) await stop(replica);
wrong.push(...(await wrongAnswer('all replicas stopped', 502, 'unavailable', { path: '/api/v3/secrets' })));
await stop(nginx);
await postgres.stop();
rmSync(folder, { recursive: true, force: true });
for (const line of wrong) process.stdout.write(`${line}\n`);
process.exitCode = wrong.length > 0 || failures.some((failed) => failed > 0) ? 1 : 0;

/** Makes nginx refuse requests, and returns a line for each answer that is not as the service would give it. */
async function wrongErrors() {
  const long = 'x'.repeat(20_000);
  const asked = [
    ['a stray percent sign', 400, 'bad_parameters_error', { path: '/api/v3/secrets/%' }],
    ['an address of its own', 404, 'unknown_address', { path: '/.error' }],
    ['a method that it refuses', 405, 'method_not_allowed', { path: '/', method: 'TRACE' }],
    [
      'a long body',
      413,
      'too_large',
      { path: '/api/v3/secrets/a', method: 'PUT', body: 'x'.repeat(3_000_000) },
    ],
    ['a long address', 414, 'uri_too_long', { path: `/${long}` }],
    ['long headers', 431, 'too_large', { path: '/', headers: { 'X-Long': long } }],
    ['a path that the service refuses', 401, 'unauthorized_error', { path: '/api/v3/secrets' }],
  ];
  return (await Promise.all(asked.map((each) => wrongAnswer(...each)))).flat();
}

async function wrongAnswer(what, status, code, { body, ...options }) {
  const { statusCode, headers, text } = await new Promise((resolve, reject) => {
    let received = '';
    const outgoing = request({ port: NGINX_PORT, ...options }, (answer) => {
      answer.setEncoding('utf8').on('data', (part) => (received += part));
      answer.on('end', () =>
        resolve({ ...answer, text: received, statusCode: answer.statusCode, headers: answer.headers }),
      );
      // nginx answers a long body before it has arrived.
      outgoing.on('error', () => undefined);
    });
    outgoing.on('error', reject).end(body);
  });
  const { error_code: given, message } = /^\{/.test(text) ? JSON.parse(text) : {};
  const isAsExpected =
    statusCode === status && given === code && typeof message === 'string' && headers['x-request-id'];
  return isAsExpected ? [] : [`${what}: ${statusCode} ${text.slice(0, 200)}`];
}

async function loadUntilTheEnd(method) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const statuses = {};
  const caller = async () => {
    for (let number = 0; restarting; number += 1) {
      const status = await call(method, method === 'PATCH' ? `{"value":"${number}"}` : undefined, agent);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, caller));
  agent.destroy();
  const { 200: ok = 0, ...others } = statuses;
  process.stdout.write(`${method}: ${ok} succeeded, others: ${JSON.stringify(others)}\n`);
  return Object.keys(others).length;
}

function call(method, body, agent) {
  const options = { port: NGINX_PORT, path: '/api/v3/secrets/drill', method, headers: HEADERS, agent };
  return new Promise((resolve) => {
    request(options, (answer) => answer.resume().on('end', () => resolve(answer.statusCode)))
      .on('error', (error) => resolve(error.code))
      .end(body);
  });
}

async function startReplica(port) {
  const log = openSync(join(folder, `${port}.log`), 'a');
  const env = { ...environment, PORT: String(port) };
  const replica = spawn(process.execPath, ['dist/src/main.js'], { env, stdio: ['ignore', log, log] });
  await untilReady(port);
  return replica;
}

/** Starts nginx with the configuration of the deployment, and addresses of this machine. */
function startNginx() {
  const path = join(folder, 'nginx.conf');
  const text = readFileSync('deploy/nginx.conf', 'utf8')
    .replace('172.30.77.21:8080', `127.0.0.1:${REPLICA_PORTS[0]}`)
    .replace('172.30.77.22:8080', `127.0.0.1:${REPLICA_PORTS[1]}`)
    .replace('listen 8080', `listen 127.0.0.1:${NGINX_PORT}`)
    .replaceAll('/tmp/', `${folder}/`);
  writeFileSync(path, text);
  return spawn('nginx', ['-c', path, '-g', 'daemon off;'], { stdio: 'ignore' });
}

async function untilReady(port) {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(50);
  }
  throw new Error(`Nothing is ready on port ${port}; see the logs in ${folder}`);
}

async function stop(process_) {
  const ended = once(process_, 'exit');
  process_.kill('SIGTERM');
  await ended;
}
