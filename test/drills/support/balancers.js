import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireProgram } from './drill.js';
import { freePort } from './free-port.js';
import { startNameServer } from './name-server.js';
import { startNginx } from './nginx.js';
import { PollingBalancer } from './polling-balancer.js';

/** Ends the drill with one line if the balancer needs a program that is not there. */
export function requireBalancer(kind) {
  if (kind === 'nginx') requireProgram('nginx', ['-v']);
}

/**
 * Starts a load balancer in front of the replicas of a stage.
 * @returns `host`, `port`, `attempts()` with a function that tells how often a request was sent, and `stop()`
 */
export function startBalancer(kind, stage) {
  return kind === 'nginx' ? startNginxOf(stage) : startPolling(stage);
}

async function startPolling(stage) {
  const balancer = new PollingBalancer(() => stage.replicas);
  const address = await balancer.start();
  return { ...address, attempts: () => () => 1, stop: () => balancer.stop() };
}

/** Starts nginx with the configuration of the deployment. A name server gives it the replicas, as that of Docker does. */
async function startNginxOf(stage) {
  const folder = join(stage.folder, 'nginx');
  mkdirSync(folder);
  const names = await startNameServer(() => stage.replicas.map(({ host }) => host));
  const port = await freePort();
  const places = { folder, port, replicaPort: stage.port, nameServerPort: names.port };
  let nginx = await startNginx('nginx-plain.conf', places);
  const end = async () => {
    const ended = once(nginx, 'exit');
    nginx.kill('SIGTERM');
    await ended;
  };
  return {
    ...{ host: '127.0.0.1', port, folder },
    attempts: () => attemptsIn(readFileSync(join(folder, 'access.log'), 'utf8')),
    /** Starts it anew, listening as another file of `deploy` says. */
    restart: async (listen) => {
      await end();
      nginx = await startNginx(listen, places);
    },
    stop: async () => {
      await end();
      names.close();
    },
  };
}

/** Reads from the log of nginx how often each request was sent: the addresses of the replicas are separated by commas. */
function attemptsIn(log) {
  const attempts = new Map();
  for (const line of log.split('\n')) {
    const [, upstreams, id] = /" \d+ \d+ [\d.]+ (.+) (?:[\d-]+(?:, )?)+ (\S+)$/.exec(line) ?? [];
    if (id !== undefined) attempts.set(id, upstreams.split(',').length);
  }
  return (id) => attempts.get(id) ?? 1;
}
