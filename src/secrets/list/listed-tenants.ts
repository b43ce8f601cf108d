import type { EntityManager } from 'typeorm';
import type { ListedTenant } from './list-scope.js';

const REACHED = `
  SELECT t.id, user_may($1, t.id, 'administrators') AS administers
  FROM tenants t WHERE t.deleted_at IS NULL AND user_may($1, t.id, $2)`;

/**
 * Returns the living tenants in which a user holds a permission, and where the user administers: by the roles held
 * there.
 */
export function tenantsWhereUserMay(
  manager: EntityManager,
  userId: string,
  permission: string,
): Promise<ListedTenant[]> {
  return manager.query<ListedTenant[]>(REACHED, [userId, permission]);
}

/** Opens these tenants' secrets, for reading only, to the statements of the transaction that follow. */
export async function readTenants(manager: EntityManager, tenants: readonly ListedTenant[]): Promise<void> {
  await manager.query("SELECT set_config('app.tenants', $1, true)", [tenants.map(({ id }) => id).join(',')]);
}
