/**
 * Runs the real Python client and the real `cfy` against a service that it starts, the examples of docs/clients.md with the
 * real programs, and the schemas of Kubernetes on deploy/kubernetes (`npm run test:interop`). INSTALL sets up one Python
 * environment for all of it. To test only an older client, run `PYTHON=… npm run test:interop -- client`; to test only
 * docs/openapi.json, `npm run test:interop -- openapi`, which takes ten minutes and installs what it needs.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCommands } from './cfy.js';
import { runOpenApi } from './openapi.js';

const INSTALL =
  'python3 -m venv venv && venv/bin/pip install cloudify==7.0.5 kubernetes-validate==1.37.0 && PYTHON=venv/bin/python npm run test:interop';
const { PYTHON = 'python3', PATH, HOME, PYTHONPATH } = process.env;
const { CFY = PYTHON.includes('/') ? join(dirname(PYTHON), 'cfy') : 'cfy' } = process.env;
const PASSWORD = 'interop-password';
/** Lists what the pages need, with an option by which each ends at once. */
const PROGRAMS = [
  ['curl', '--version'],
  ['nginx', '-v'],
  ['systemd-analyze', '--version'],
  ['prometheus', '--version'],
  ['promtool', '--version'],
];
const clientOnly = process.argv.includes('client');
const openApiOnly = process.argv.includes('openapi');

if (!openApiOnly) require(PYTHON, ['-c', 'import cloudify_rest_client'], 'has no cloudify_rest_client');
if (!clientOnly && !openApiOnly) {
  require(PYTHON, ['-c', 'import kubernetes_validate'], 'has no kubernetes_validate');
  require(CFY, ['--version'], 'does not run; set CFY to the command');
  for (const [program, option] of PROGRAMS) require(program, [option], 'does not run');
}

const folder = mkdtempSync(join(tmpdir(), 'strongroom-interop-'));
const service = spawn(process.execPath, ['dist/src/main.js'], {
  env: {
    PATH,
    HOME,
    PORT: '0',
    STRONGROOM_DATA_DIR: join(folder, 'data'),
    STRONGROOM_ADMIN_PASSWORD: PASSWORD,
    STRONGROOM_LOG_LEVEL: 'warn',
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const port = await listeningPort();
  const clients = openApiOnly ? 0 : runClients(port);
  const service = { url: `http://127.0.0.1:${port}`, password: PASSWORD, environment: { PATH, HOME } };
  const openApi = clientOnly ? 0 : runOpenApi(service);
  process.exitCode = clients === 0 && openApi === 0 ? 0 : 1;
} finally {
  const ended = once(service, 'exit');
  service.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true, force: true });
}

/** Returns how many of the clients and examples failed. */
function runClients(port) {
  const script = join(import.meta.dirname, 'python_client.py');
  const env = { PATH, HOME, PYTHONPATH };
  const { status } = spawnSync(PYTHON, [script, port, PASSWORD], { stdio: 'inherit', env });
  const results = clientOnly ? [status] : [status, runCommands(CFY, port, PASSWORD), runExamples()];
  return results.filter((result) => result !== 0).length;
}

async function listeningPort() {
  let printed = '';
  for await (const chunk of service.stdout) {
    printed += chunk;
    const port = /listens on http:\/\/[^:]+:(\d+)/.exec(printed)?.[1];
    if (port !== undefined) return port;
  }
  throw new Error('The service did not start');
}

function runExamples() {
  const env = { ...process.env, PYTHON, CFY };
  return spawnSync('npm', ['run', '-s', 'jest', '--', 'test/interop'], { stdio: 'inherit', env }).status;
}

function require(program, args, problem) {
  if (spawnSync(program, args).status === 0) return;
  process.stderr.write(
    `${program} ${problem}. Install curl, nginx, systemd-analyze and prometheus (which has promtool), and the packages of Python, and say where those are:\n  ${INSTALL}\n`,
  );
  process.exit(1);
}
