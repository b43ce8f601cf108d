import type { EntityManager } from 'typeorm';
import { SYSTEM_LOG } from '../audit/audit-writer.js';
import type { TenantContext } from '../common/tenant-context.js';

/** Takes $1 the user, $2 tenants, $3 permissions, $4 whether somebody else acts for the user, $5 the system's log. */
const RIGHTS = `
  SELECT t.id, ARRAY(SELECT p FROM unnest($3::text[]) p WHERE user_may($1, t.id, p)) AS permissions
  FROM unnest($2::uuid[]) AS t (id) JOIN users u ON u.id = $1 AND u.deleted_at IS NULL AND (u.active OR $4)
  WHERE t.id = $5 OR EXISTS (SELECT FROM tenants l WHERE l.id = t.id AND l.deleted_at IS NULL)`;

/**
 * Returns which of these permissions somebody has at this moment: what takes long is not finished by rights that have
 * ended.
 * @param tenantIds of tenants, or the system's log for what belongs to none
 * @returns by tenant; without those that are deleted, and empty for a user who is deleted or not active any more
 */
export async function rightsNow(
  manager: EntityManager,
  { userId, caller }: Pick<TenantContext, 'userId' | 'caller'>,
  tenantIds: readonly string[],
  permissions: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const values = [userId, tenantIds, permissions, caller.actorId !== userId, SYSTEM_LOG];
  const rows = await manager.query<{ id: string; permissions: string[] }[]>(RIGHTS, values);
  return new Map(rows.map((row) => [row.id, new Set(row.permissions)]));
}
