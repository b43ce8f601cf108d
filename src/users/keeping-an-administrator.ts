import type { EntityManager } from 'typeorm';
import { administrators } from './last-administrator.js';

/**
 * Makes a change, and takes it back where it leaves no active administrator. For a transaction that holds the lock of
 * `lockAdministrators`.
 * @returns whether it was made
 */
export async function keepingAnAdministrator(
  manager: EntityManager,
  change: () => Promise<unknown>,
): Promise<boolean> {
  await manager.query('SAVEPOINT administrators');
  await change();
  const kept = (await administrators(manager)).size > 0;
  if (!kept) await manager.query('ROLLBACK TO SAVEPOINT administrators');
  await manager.query('RELEASE SAVEPOINT administrators');
  return kept;
}
