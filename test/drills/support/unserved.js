import { setTimeout as sleep } from 'node:timers/promises';
import { HEADERS } from './drill.js';

const CALLS = 20;

/** Is how often the balancer is asked, a second apart, since it may not know yet that a replica is ready. */
const TRIES = 30;

/** Returns a line for each replica that the balancer sends no request to. */
export async function unserved(kind, { host, port }, { replicas }) {
  const sizes = replicas.map((replica) => replica.logSize());
  const isServed = (replica, index) => replica.logSince(sizes[index]).includes('/api/v3/secrets');
  for (let tries = 0; tries < TRIES && !replicas.every(isServed); tries += 1) {
    if (tries > 0) await sleep(1_000);
    for (let call = 0; call < CALLS; call += 1)
      await (await fetch(`http://${host}:${port}/api/v3/secrets/asked`, { headers: HEADERS })).text();
  }
  return replicas
    .filter((replica, index) => !isServed(replica, index))
    .map(({ name }) => `${kind} sends nothing to ${name}`);
}
