import { TooCostly } from '../../common/errors.js';
import { isOutOfTime } from '../../database/connection/unavailability.js';
import { statementTimeout } from '../../database/lanes.js';

/**
 * Reads events.
 * @throws TooCostly if the statement takes too long
 */
export async function withinTime<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isOutOfTime(error)) throw error;
    throw new TooCostly(
      `Reading the events took longer than ${statementTimeout('lists') / 1_000} seconds; limit them by \`key\`, ` +
        '`actor`, `from` and `until`, or ask for a smaller page',
      { cause: error },
    );
  }
}
