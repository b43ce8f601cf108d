import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Limits every wait, so that what never comes fails its test by name before the time-out of the test, which ends no
 * loop.
 */
const LONGEST_MS = 180_000;

/**
 * Waits until a condition holds.
 * @throws Error that shows the condition if it does not hold within three minutes
 */
export async function until(holds: () => boolean | Promise<boolean>, everyMs = 10): Promise<void> {
  const deadline = Date.now() + LONGEST_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${String(holds)}`);
    await sleep(everyMs);
  }
}
