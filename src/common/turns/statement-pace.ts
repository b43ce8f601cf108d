import { setTimeout as sleep } from 'node:timers/promises';

/** Marks an event loop that others use while a statement runs. What the statement itself needs of it is less. */
const BUSY_UTILIZATION = 0.2;

/**
 * Runs one statement of long work after the other. While the process serves others, it pauses after each for as long as
 * the statement took, so that the work takes at most half of a processor of the database.
 */
export class StatementPace {
  /** @throws the errors of `statement` */
  async run<T>(statement: () => Promise<T>): Promise<T> {
    const [begun, before] = [performance.now(), performance.eventLoopUtilization()];
    const result = await statement();
    const { utilization } = performance.eventLoopUtilization(before);
    if (utilization > BUSY_UTILIZATION) await sleep(performance.now() - begun);
    return result;
  }
}
