import type { EntityManager } from 'typeorm';
import { TooCostly } from '../../common/errors.js';
import { driverErrorOf } from '../../database/connection/driver-error.js';

/** Limits each statement of a list. A page of a tenant with 100,000 secrets takes a fortieth of it. */
const DEADLINE_MS = 2_000;

/** The SQLSTATE of a statement that was canceled, here because of its timeout. */
const QUERY_CANCELED = '57014';

/**
 * Makes a list in the transaction of a manager, whose statements from now on have the deadline of a list.
 * @throws TooCostly when a statement of the list takes longer
 */
export async function withinDeadline<T>(manager: EntityManager, list: () => Promise<T>): Promise<T> {
  await manager.query("SELECT set_config('statement_timeout', $1, true)", [`${DEADLINE_MS}ms`]);
  try {
    return await list();
  } catch (error) {
    if (driverErrorOf(error)?.code !== QUERY_CANCELED) throw error;
    throw new TooCostly(
      `The list took longer than ${DEADLINE_MS / 1_000} seconds; ask for a page by \`_after\`, which counts nothing, search ` +
        'for a longer part of the key, or give fewer rules or values',
      { cause: error },
    );
  }
}
