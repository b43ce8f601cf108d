import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

/** Limits how long work goes on before others have their turn of the event loop. */
const LONGEST_MS = 5;

/** The length of a turn of the event loop from which others are known to need it. */
const BUSY_TURN_MS = 1;

/** The time for which the work then rests, so that it takes a third of the event loop at most. */
const REST_MS = 10;

/** Divides long work into slices, between which the event loop serves others. */
export class TimeSlice {
  private begun = performance.now();

  /** Tells whether it is the turn of others. */
  get isOver(): boolean {
    return performance.now() - this.begun > LONGEST_MS;
  }

  /** Lets others have their turn, and most of the time if they need it, and begins the next slice. */
  async next(): Promise<void> {
    const begun = performance.now();
    await nextTurn();
    if (performance.now() - begun > BUSY_TURN_MS) await sleep(REST_MS);
    this.begun = performance.now();
  }
}
