import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Busy } from '../common/errors.js';
import { isContention } from './connection/unavailability.js';

/**
 * Limits the time that a change takes in the database, including waits. With the look-up of the caller before it, and
 * the last statement, it stays below the five seconds that a request may take.
 */
export const DEADLINE_MS = 4_000;

/** Returns the deadline of a request that begins now, on the clock of `performance.now()`. */
export function deadlineOfNow(): number {
  return performance.now() + DEADLINE_MS;
}

const SHORTEST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 800;

/**
 * Repeats `attempt` while others hold a lock that it needs, with growing pauses, until the deadline. Between attempts
 * it holds no connection.
 * @param attempt leaves nothing behind when it throws; `isFurther` is false for the first attempt only
 * @param deadline on the clock of `performance.now()`
 * @throws Busy when others still hold the lock at the deadline
 */
export async function retryContention<T>(
  attempt: (isFurther: boolean) => Promise<T>,
  deadline = deadlineOfNow(),
): Promise<T> {
  for (let pause = SHORTEST_PAUSE_MS, isFurther = false; ; isFurther = true) {
    try {
      return await attempt(isFurther);
    } catch (error) {
      if (!(error instanceof Busy && isContention(error)) || performance.now() + pause > deadline)
        throw error;
    }
    await sleep(pause * (0.5 + randomInt(501) / 1_000));
    pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
  }
}
