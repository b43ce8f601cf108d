import type { EntityManager } from 'typeorm';

/**
 * Runs `work` within a transaction and undoes its changes if it returns false.
 * @returns the result of `work`
 */
export async function withSavepoint(manager: EntityManager, work: () => Promise<boolean>): Promise<boolean> {
  await manager.query('SAVEPOINT work');
  const keep = await work();
  if (!keep) await manager.query('ROLLBACK TO SAVEPOINT work');
  await manager.query('RELEASE SAVEPOINT work');
  return keep;
}
