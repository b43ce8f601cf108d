/**
 * Restarts replicas in turn, adds one and removes one, behind nginx with deploy/nginx.conf and under load. No request may
 * fail. Then checks that the errors of nginx itself have the form of the service's errors, with and without TLS.
 * Run it with `npm run drill:rolling-restart`; it needs nginx (Debian: apt-get install nginx).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCertificate, startNginx } from './support/nginx.js';
import { startNameServer } from './support/name-server.js';
import { environmentOf, HEADERS, requireProgram, startDatabase } from './support/drill.js';

const RESTARTS = 4;
const CONNECTIONS = 16;
const NGINX_PORT = 18_080;
const REPLICA_PORT = 18_081;
/** Addresses of this machine, by which nginx tells the replicas apart as by those of containers. */
const ADDRESSES = ['127.0.1.1', '127.0.1.2', '127.0.1.3'];

requireProgram('nginx', ['-v']);
const folder = mkdtempSync(join(tmpdir(), 'strongroom-drill-'));
const postgres = await startDatabase(folder);
const environment = {
  NODE_ENV: 'production',
  ...environmentOf((login) => postgres.url(login, 'drill')),
};
let nginx;
const replicas = new Map();
// A drill that fails leaves nothing running.
process.on('exit', () => [nginx, ...replicas.values()].forEach((each) => each?.kill()));
const names = await startNameServer(() => [...replicas.keys()]);
for (const address of ADDRESSES.slice(0, 2)) replicas.set(address, await startReplica(address));
const places = { folder, port: NGINX_PORT, replicaPort: REPLICA_PORT, nameServerPort: names.port };
nginx = await startNginx('nginx-plain.conf', places);
if ((await call('PUT', '{"value":"0"}')) !== 200) throw new Error('The first request failed');

let restarting = true;
const load = Promise.all(['GET', 'PATCH'].map((method) => loadUntilTheEnd(method)));
for (let restart = 0; restart < RESTARTS; restart += 1) await restartReplica(ADDRESSES[restart % 2]);
const [leaving, , added] = ADDRESSES;
replicas.set(added, await startReplica(added));
await stop(replicas.get(leaving));
replicas.delete(leaving);
const served = await untilServed(added);
restarting = false;
const failures = await load;

const wrong = served ? [] : ['the replica that was added got no request'];
wrong.push(...(await wrongErrors()));
await stop(nginx);
const ca = makeCertificate(folder);
nginx = await startNginx('nginx-tls.conf', places);
wrong.push(...(await wrongTls(ca)));
await stop(nginx);
nginx = await startNginx('nginx-plain.conf', places);
for (const replica of replicas.values()) await stop(replica);
wrong.push(...(await wrongAnswer('all replicas stopped', 502, 'unavailable', { path: '/api/v3/secrets' })));
await stop(nginx);
names.close();
await postgres.stop();
rmSync(folder, { recursive: true, force: true });
for (const line of wrong) process.stdout.write(`${line}\n`);
process.exitCode = wrong.length > 0 || failures.some((failed) => failed > 0) ? 1 : 0;

async function restartReplica(address) {
  await stop(replicas.get(address));
  replicas.set(address, await startReplica(address));
}

/** Waits until a replica has logged a request, and returns whether it has. */
async function untilServed(address) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (/\/api\/v3\/secrets/.test(readFileSync(join(folder, `${address}.log`), 'utf8'))) return true;
    await sleep(50);
  }
  return false;
}

/** Sends a request with TLS and one without to the port that expects TLS. */
async function wrongTls(ca) {
  const answer = await new Promise((resolve, reject) => {
    const options = {
      port: NGINX_PORT,
      host: 'localhost',
      path: '/api/v3/secrets/drill',
      headers: HEADERS,
      ca,
    };
    secureRequest(options, (received) => received.resume().on('end', () => resolve(received)))
      .on('error', reject)
      .end();
  });
  const isSecure = answer.statusCode === 200 && answer.headers['strict-transport-security'] !== undefined;
  const plain = await wrongAnswer('no TLS', 400, 'bad_parameters_error', { path: '/api/v3/secrets' });
  return [...(isSecure ? [] : [`with TLS: ${answer.statusCode}`]), ...plain];
}

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

async function startReplica(address) {
  const log = openSync(join(folder, `${address}.log`), 'a');
  const env = { ...environment, HOST: address, PORT: String(REPLICA_PORT) };
  const replica = spawn(process.execPath, ['dist/src/main.js'], { env, stdio: ['ignore', log, log] });
  await untilReady(`http://${address}:${REPLICA_PORT}`);
  return replica;
}

async function untilReady(url) {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(50);
  }
  throw new Error(`Nothing is ready at ${url}; see the logs in ${folder}`);
}

async function stop(process_) {
  const ended = once(process_, 'exit');
  process_.kill('SIGTERM');
  await ended;
}
