import { setTimeout as sleep } from 'node:timers/promises';
import { StartupError } from '../../common/startup-error.js';
import { isContention } from '../connection/unavailability.js';

/**
 * Limits how long a statement of a migration waits for a lock, since every later request for that lock waits behind it:
 * for less than the 200 ms after which the service gives a statement up.
 */
export const MIGRATION_LOCK_TIMEOUT = '100ms';

/**
 * Retries work that fails because others hold a lock. Pauses between attempts let requests that queued behind
 * the lock proceed.
 *
 * @throws StartupError when the lock is still not free after `totalMs` milliseconds
 */
export async function retryWhileLocked<T>(
  work: () => Promise<T>,
  { totalMs = 60_000, pauseMs = 1_000 } = {},
): Promise<T> {
  const end = performance.now() + totalMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isContention(error)) throw error;
      if (performance.now() + pauseMs > end) {
        throw new StartupError(
          `A migration could not lock its tables for ${totalMs / 1_000} seconds: end long transactions on the database and start again`,
        );
      }
      await sleep(pauseMs);
    }
  }
}
