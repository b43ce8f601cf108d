import { Busy } from '../../common/errors.js';
import { driverErrorOf } from '../../database/connection/driver-error.js';

const UNIQUE_VIOLATION = '23505';

/** Rolls a move back that somebody else was quicker than, so that it begins again. */
export class Overtaken extends Error {
  constructor() {
    super('Somebody else changed a secret, or took a key, in the meantime');
  }
}

/**
 * Repeats `attempt` while others are quicker, until the deadline.
 * @param deadline on the clock of `performance.now()`
 * @throws Busy at the deadline, when nothing was changed
 */
export async function untilNotOvertaken<T>(attempt: () => Promise<T>, deadline: number): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isOvertaken(error)) throw error;
      if (performance.now() > deadline) throw new Busy(undefined, { cause: error });
    }
  }
}

/** Tells whether a secret has changed, or was created under the new key, at the same moment. */
function isOvertaken(error: unknown): boolean {
  return error instanceof Overtaken || driverErrorOf(error)?.code === UNIQUE_VIOLATION;
}
