import { setTimeout as sleep } from 'node:timers/promises';
import { processorTime } from '../../../dist/bench/processor-time.js';

const MOST_MS = 120_000;
/** Is the time after which the statements of an attack are cancelled, such as an import whose caller has gone. */
const PATIENCE_MS = 2_000;
const LOOK_MS = 300;
/** Is the share of one processor below which a service counts as idle. */
const IDLE_SHARE = 0.15;

const RUNNING = `SELECT pid FROM pg_stat_activity WHERE usename = 'drill_service' AND state <> 'idle'`;

/** Waits until nothing of an attack goes on: no statement runs, and the service is idle. */
export async function settle(stage) {
  const patience = Date.now() + PATIENCE_MS;
  const deadline = Date.now() + MOST_MS;
  for (let quiet = 0; quiet < 2 && Date.now() < deadline;) {
    if (!stage.isServing()) return;
    const usedBefore = processorTime(stage.service.pid);
    await sleep(LOOK_MS);
    const used = (processorTime(stage.service.pid) - usedBefore) / LOOK_MS;
    const { rowCount: running } = await stage.database.query(
      Date.now() < patience ? RUNNING : `SELECT pg_cancel_backend(pid) FROM (${RUNNING}) r`,
    );
    quiet = running === 0 && used < IDLE_SHARE ? quiet + 1 : 0;
  }
}
