import type { EntityManager } from 'typeorm';
import { namedQueryIn } from '../named-query.js';

/**
 * Describes rows that transactions leave pending, and the SQL function that numbers those of committed ones under
 * `lock_sequence`. docs/adr/0053-change-feed.md says what such a function must keep to.
 */
export interface Sequence {
  /** Names the statement. */
  readonly name: string;
  /** Calls the function with the most rows to number as $1; returns their number as `numbered`. */
  readonly text: string;
}

/**
 * Numbers up to `most` pending rows, in the transaction of a job.
 * @returns whether there may be more
 * @throws the driver's errors unchanged
 */
export async function numberPending(
  manager: Pick<EntityManager, 'queryRunner'>,
  { name, text }: Sequence,
  most: number,
): Promise<boolean> {
  const [row] = await namedQueryIn<{ numbered: number }>(manager, { name, text, values: [most] });
  return row?.numbered === most;
}
