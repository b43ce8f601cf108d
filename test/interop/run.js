/**
 * `npm run test:interop`: the real Python client against a service that is started for it. Needs Python with the client:
 *   python3 -m venv venv && venv/bin/pip install cloudify-common && PYTHON=venv/bin/python npm run test:interop
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { PYTHON = 'python3', PATH, HOME } = process.env;
const PASSWORD = 'interop-password';

if (spawnSync(PYTHON, ['-c', 'import cloudify_rest_client']).status !== 0) {
  process.stderr.write(
    `${PYTHON} has no cloudify_rest_client; install it, and say which Python to use:\n` +
      '  python3 -m venv venv && venv/bin/pip install cloudify-common && PYTHON=venv/bin/python npm run test:interop\n',
  );
  process.exit(1);
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
  const script = join(import.meta.dirname, 'python_client.py');
  const { status } = spawnSync(PYTHON, [script, port, PASSWORD], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} finally {
  const ended = once(service, 'exit');
  service.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true, force: true });
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
