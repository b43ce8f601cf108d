import type { EntityManager } from 'typeorm';
import { SYSTEM_LOG } from '../audit/audit-writer.js';

const MEMBERS = `
  SELECT EXISTS (SELECT FROM tenant_users m JOIN users u ON u.id = m.user_id
                 WHERE m.tenant_id = $1 AND u.deleted_at IS NULL)
      OR EXISTS (SELECT FROM tenant_user_groups WHERE tenant_id = $1) AS there`;
const SECRETS = 'SELECT EXISTS (SELECT FROM secrets WHERE tenant_id = $1) AS there';
const ACT_IN = "SELECT set_config('app.tenant', $1, true)";

/**
 * What a tenant still holds, or undefined where it is empty. For a transaction of the system's log: row-level security
 * shows the tenant's secrets only while the transaction names the tenant.
 */
export async function tenantContents(
  manager: EntityManager,
  tenantId: string,
): Promise<'members' | 'secrets' | undefined> {
  if (await isThere(manager, MEMBERS, tenantId)) return 'members';
  await manager.query(ACT_IN, [tenantId]);
  const holdsSecrets = await isThere(manager, SECRETS, tenantId);
  await manager.query(ACT_IN, [SYSTEM_LOG]);
  return holdsSecrets ? 'secrets' : undefined;
}

async function isThere(manager: EntityManager, text: string, tenantId: string): Promise<boolean> {
  const [row] = await manager.query<[{ there: boolean }]>(text, [tenantId]);
  return row.there;
}
