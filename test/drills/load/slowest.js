import { setTimeout as sleep } from 'node:timers/promises';
import { Wire } from './wire.js';

const SLOW_MS = 1_000;

/**
 * Tries requests in turn and returns the one that takes longest, whether or not it succeeds: what a limit refuses at once
 * is no attack, and what is only just within it may be.
 * @param requests the costliest first, since the first that takes a second is taken
 */
export async function slowest(attack, requests) {
  const tried = [];
  for (const request of requests) {
    const wire = new Wire(attack.url);
    const begun = performance.now();
    await Promise.race([wire.ask(request), sleep(SLOW_MS)]);
    const milliseconds = performance.now() - begun;
    wire.close();
    if (milliseconds >= SLOW_MS) return request;
    tried.push({ request, milliseconds });
  }
  return tried.reduce((worst, each) => (each.milliseconds > worst.milliseconds ? each : worst)).request;
}
