/** Starts nginx with the configuration of the deployment, changed only in addresses and in the folders of files. */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { killAtExit } from './at-exit.js';

/**
 * Starts nginx and waits until it accepts connections.
 * @param listen the file of `deploy` that says how it listens
 * @param folder takes its files, with `access.log` and `error.log`; certificates are looked for in deploy/secrets there
 */
export async function startNginx(listen, { folder, port, replicaPort, nameServerPort }) {
  const here = (text) =>
    text
      .replace('strongroom:8080', `strongroom:${replicaPort}`)
      .replace('resolver 127.0.0.11', `resolver 127.0.0.1:${nameServerPort}`)
      .replace('listen 8080', `listen 127.0.0.1:${port}`)
      .replaceAll('/tmp/', `${folder}/`)
      .replaceAll('/run/secrets/', `${folder}/deploy/secrets/`)
      .replaceAll('/etc/nginx/', `${folder}/`);
  for (const [to, from] of Object.entries({ 'nginx.conf': 'nginx.conf', 'listen.conf': listen }))
    writeFileSync(join(folder, to), here(readFileSync(join('deploy', from), 'utf8')));
  const args = ['-c', join(folder, 'nginx.conf'), '-g', 'daemon off;'];
  const output = (name) => openSync(join(folder, name), 'a');
  const nginx = spawn('nginx', args, { stdio: ['ignore', output('access.log'), output('error.log')] });
  killAtExit(nginx);
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (await accepts(port)) return nginx;
    await sleep(50);
  }
  throw new Error(`nginx does not listen; see nginx -t -c ${join(folder, 'nginx.conf')}`);
}

/** Makes a certificate for localhost, with the script of the deployment, and returns it. */
export function makeCertificate(folder) {
  cpSync('deploy', join(folder, 'deploy'), { recursive: true, filter: (path) => !path.includes('secrets/') });
  mkdirSync(join(folder, 'deploy/secrets'), { recursive: true });
  const script = spawnSync('sh', ['deploy/make-secrets.sh', '--tls', 'localhost'], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (script.status !== 0) throw new Error(script.stderr);
  return readFileSync(join(folder, 'deploy/secrets/tls_certificate'));
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => resolve(true));
    socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
  });
}
