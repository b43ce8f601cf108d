import { randomInt } from 'node:crypto';

const FIRST_RUN_WITHIN_MS = 60_000;
const FIRST_RETRY_MS = 1_000;

/** Returns the time before a job's first run: half to all of its interval, or of a minute where that is shorter. */
export function firstDelay(intervalMilliseconds: number): number {
  return Math.min(intervalMilliseconds, FIRST_RUN_WITHIN_MS) * randomBetween(0.5, 1);
}

/** Returns the time before a job's next run: its interval, give or take a tenth. */
export function nextDelay(intervalMilliseconds: number): number {
  return intervalMilliseconds * randomBetween(0.9, 1.1);
}

/**
 * Returns the time before a failed job is tried again: a second after the first failure in a row, doubled by each
 * further one up to the job's interval, give or take a tenth.
 */
export function retryDelay(intervalMilliseconds: number, failures: number): number {
  return nextDelay(Math.min(intervalMilliseconds, FIRST_RETRY_MS * 2 ** (failures - 1)));
}

function randomBetween(least: number, most: number): number {
  return least + ((most - least) * randomInt(1_000_001)) / 1_000_000;
}
