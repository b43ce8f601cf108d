import type { EntityManager } from 'typeorm';
import { BadParameters } from '../../common/errors.js';
import { printable } from '../../common/printable.js';
import { TENANT_ROLES, type TenantRole } from '../tenant-user.entity.js';
import type { SystemRole } from '../user.entity.js';

const SYSTEM_ROLES: readonly SystemRole[] = ['sys_admin', 'default'];

/** $1 the user, $2 the tenant, if any. */
const ROLES = `
  SELECT u.system_role AS role FROM users u WHERE u.id = $1
  UNION SELECT g.system_role FROM user_group_members m JOIN user_groups g ON g.id = m.group_id WHERE m.user_id = $1
  UNION SELECT role FROM tenant_users WHERE user_id = $1 AND tenant_id = $2
  UNION SELECT t.role FROM user_group_members m JOIN tenant_user_groups t ON t.group_id = m.group_id
        WHERE m.user_id = $1 AND t.tenant_id = $2`;

/** @throws BadParameters when it is no role in a tenant */
export function requireTenantRole(role: string): TenantRole {
  const known = TENANT_ROLES.find((one) => one === role);
  if (known !== undefined) return known;
  throw new BadParameters(`Role "${printable(role)}" is none of a tenant's: ${TENANT_ROLES.join(', ')}`);
}

/** @throws BadParameters when it is no role of the installation */
export function requireSystemRole(role: string): SystemRole {
  const known = SYSTEM_ROLES.find((one) => one === role);
  if (known !== undefined) return known;
  throw new BadParameters(`Role "${printable(role)}" is none of the system's: ${SYSTEM_ROLES.join(', ')}`);
}

/** Whether the user holds the permission in that tenant, by any role, direct or through groups. */
export async function isPermitted(
  manager: EntityManager,
  userId: string,
  tenantId: string,
  permission: string,
): Promise<boolean> {
  const [row] = await manager.query<[{ yes: boolean }]>(
    `SELECT EXISTS (SELECT FROM role_permissions WHERE permission = $3 AND role IN (${ROLES})) AS yes`,
    [userId, tenantId, permission],
  );
  return row.yes;
}

/** Whether the user administers the installation, directly or through a group. */
export async function isSystemAdministrator(manager: EntityManager, userId: string): Promise<boolean> {
  const [row] = await manager.query<[{ yes: boolean }]>(
    `SELECT EXISTS (SELECT FROM (${ROLES}) held WHERE role = 'sys_admin') AS yes`,
    [userId, null],
  );
  return row.yes;
}
