import { setTimeout as sleep } from 'node:timers/promises';
import { processorTime } from '../../../dist/bench/processor-time.js';

const MOST_MS = 120_000;
const LOOK_MS = 300;
/** Is the share of one processor below which a service counts as idle. */
const IDLE_SHARE = 0.15;

/** Waits until nothing of an attack goes on: no statement runs, and the service is idle. */
export async function settle(stage) {
  const deadline = Date.now() + MOST_MS;
  for (let quiet = 0; quiet < 2 && Date.now() < deadline;) {
    if (!stage.isServing()) return;
    const usedBefore = processorTime(stage.service.pid);
    await sleep(LOOK_MS);
    const used = (processorTime(stage.service.pid) - usedBefore) / LOOK_MS;
    const { rows } = await stage.database.query(
      `SELECT count(*)::integer AS running FROM pg_stat_activity WHERE usename = 'drill_service' AND state <> 'idle'`,
    );
    quiet = rows[0].running === 0 && used < IDLE_SHARE ? quiet + 1 : 0;
  }
}
