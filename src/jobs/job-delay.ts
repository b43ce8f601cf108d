import { randomInt } from 'node:crypto';

const FIRST_RUN_WITHIN_MS = 60_000;
const FIRST_RETRY_MS = 1_000;

/** Returns the delay of a job's first run: half to all of its interval, or of a minute if that is shorter. */
export function firstDelay(intervalMilliseconds: number): number {
  return Math.min(intervalMilliseconds, FIRST_RUN_WITHIN_MS) * randomBetween(0.5, 1);
}

/** Returns the delay of a job's next run: its interval, plus or minus a tenth. */
export function nextDelay(intervalMilliseconds: number): number {
  return intervalMilliseconds * randomBetween(0.9, 1.1);
}

/**
 * Returns the delay before a failed job is retried: a second after the first consecutive failure, doubled with each
 * further one up to the job's interval, plus or minus a tenth.
 */
export function retryDelay(intervalMilliseconds: number, failures: number): number {
  return nextDelay(Math.min(intervalMilliseconds, FIRST_RETRY_MS * 2 ** (failures - 1)));
}

function randomBetween(least: number, most: number): number {
  return least + ((most - least) * randomInt(1_000_001)) / 1_000_000;
}
