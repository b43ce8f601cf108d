import { setTimeout as sleep } from 'node:timers/promises';
import { ReadinessWatch } from './readiness-watch.js';

const BEFORE_MS = 1_500;
/** Is how long all must be well before the fault counts as over. */
const QUIET_MS = 4_000;
const POLL_MS = 50;
/** Is the time after which a replica counts as lost. */
const PATIENCE_MS = 60_000;

/**
 * Makes one fault under load.
 * @returns what was counted from before the fault until all was well for a while
 */
export async function runFault(fault, { stage, traffic, metrics, seconds }) {
  await fault.prepare?.(stage);
  traffic.prefix = fault.name;
  traffic.next();
  metrics.label(fault.name, 'before');
  await sleep(BEFORE_MS);
  const watches = stage.replicas.map((replica) => new ReadinessWatch(replica));
  metrics.label(fault.name, 'during');
  await fault.begin(stage);
  await sleep((fault.seconds ?? seconds) * 1_000);
  await untilUnready(watches, fault.unready);
  await fault.end(stage);
  metrics.label(fault.name, 'after');
  const again = await untilServed(watches, traffic.tally);
  await Promise.all(watches.map((watch) => watch.stop()));
  for (const { link } of stage.replicas) link.forget();
  return { fault, tally: traffic.next(), again, ...seen(fault, watches) };
}

/** Waits until as many replicas as must become unready are, so that a slow machine fails no fault. */
async function untilUnready(watches, count = watches.length) {
  const deadline = performance.now() + PATIENCE_MS;
  const isEnough = () => watches.filter(({ wasUnready }) => wasUnready).length >= count;
  while (!isEnough() && performance.now() < deadline) await sleep(POLL_MS);
}

/**
 * Waits until all replicas have been ready for a while, and no request was refused.
 * @returns the milliseconds from now until the while began; Infinity if it does not come
 */
async function untilServed(watches, tally) {
  const end = performance.now();
  for (;;) {
    await sleep(POLL_MS);
    const last = Math.max(end, tally.lastFailure, ...watches.map(({ lastUnready }) => lastUnready));
    const now = performance.now();
    if (now - last > QUIET_MS) return last - end;
    if (now - end > PATIENCE_MS) return Infinity;
  }
}

function seen({ unready }, watches) {
  const reasons = [...new Set(watches.flatMap((watch) => watch.reasons()))];
  return {
    survived: watches.every(({ survived }) => survived),
    unready: watches.filter(({ wasUnready }) => wasUnready).length,
    expectedUnready: unready ?? watches.length,
    reasons,
  };
}
