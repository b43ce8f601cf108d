import { setTimeout as sleep } from 'node:timers/promises';
import { ReadinessWatch } from './readiness-watch.js';

const BEFORE_MS = 1_500;
const AFTER_MS = 3_000;
const POLL_MS = 50;
/** Is the time after which a replica counts as lost. */
const PATIENCE_MS = 60_000;

/**
 * Makes one fault under load.
 * @returns what was counted from before the fault until a while after it
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
  await sleep(fault.isShort ? 0 : seconds * 1_000);
  await fault.end(stage);
  metrics.label(fault.name, 'after');
  const again = await untilReady(watches);
  const during = traffic.next();
  await sleep(AFTER_MS);
  const after = traffic.next();
  await Promise.all(watches.map((watch) => watch.stop()));
  for (const { link } of stage.replicas) link.forget();
  return { fault, during, after, again, ...seen(fault, watches) };
}

/** Returns the milliseconds until all replicas are ready; Infinity if they do not become so. */
async function untilReady(watches) {
  const since = performance.now();
  // Forgets what was answered before the end of the fault.
  for (const watch of watches) watch.isReady = false;
  while (!watches.every(({ isReady }) => isReady)) {
    if (performance.now() - since > PATIENCE_MS) return Infinity;
    await sleep(POLL_MS);
  }
  return performance.now() - since;
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
