import { HEADERS } from './drill.js';

const CALLS = 20;

/** Returns a line for each replica that the balancer sends no request to. */
export async function unserved(kind, { host, port }, { replicas }) {
  const sizes = replicas.map((replica) => replica.logSize());
  for (let call = 0; call < CALLS; call += 1)
    await (await fetch(`http://${host}:${port}/api/v3/secrets/asked`, { headers: HEADERS })).text();
  return replicas
    .filter((replica, index) => !replica.logSince(sizes[index]).includes('/api/v3/secrets'))
    .map(({ name }) => `${kind} sends nothing to ${name}`);
}
