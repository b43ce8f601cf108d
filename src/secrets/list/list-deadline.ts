import { TooCostly } from '../../common/errors.js';
import { isOutOfTime } from '../../database/connection/unavailability.js';
import { statementTimeout } from '../../database/lanes.js';

/**
 * Makes a list, whose statements have the time limit of their lane.
 * @throws TooCostly when a statement of the list takes longer
 */
export async function withinDeadline<T>(list: () => Promise<T>): Promise<T> {
  try {
    return await list();
  } catch (error) {
    if (!isOutOfTime(error)) throw error;
    throw new TooCostly(
      `The list took longer than ${statementTimeout('lists') / 1_000} seconds; ask for a page by \`_after\`, which counts ` +
        'nothing, search for a longer part of the key, or give fewer rules or values',
      { cause: error },
    );
  }
}
