import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

/** Limits how long work goes on before the event loop serves others. */
const LONGEST_MS = 5;

/** Marks a busy event loop: a turn that takes longer shows that others need it. */
const BUSY_TURN_MS = 1;

/** Sets how long the work then pauses, so that it takes at most a third of the event loop. */
const REST_MS = 10;

/** Divides long work into slices, between which the event loop serves others. */
export class TimeSlice {
  private begun = performance.now();

  /** Tells whether it is the turn of others. */
  get isOver(): boolean {
    return performance.now() - this.begun > LONGEST_MS;
  }

  /** Lets the event loop serve others, for most of the time if it is busy, and begins the next slice. */
  async next(): Promise<void> {
    const begun = performance.now();
    await nextTurn();
    if (performance.now() - begun > BUSY_TURN_MS) await sleep(REST_MS);
    this.begun = performance.now();
  }
}
