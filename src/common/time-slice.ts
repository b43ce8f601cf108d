import { setImmediate as nextTurn } from 'node:timers/promises';

/** Limits how long work goes on before others have their turn of the event loop. */
const LONGEST_MS = 10;

/** Divides long work into slices, between which the event loop serves others. */
export class TimeSlice {
  private begun = performance.now();

  /** Tells whether it is the turn of others. */
  get isOver(): boolean {
    return performance.now() - this.begun > LONGEST_MS;
  }

  /** Lets others have their turn, and begins the next slice. */
  async next(): Promise<void> {
    await nextTurn();
    this.begun = performance.now();
  }
}
