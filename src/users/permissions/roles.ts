import { BadParameters } from '../../common/errors.js';
import { mustBeOneOf } from '../../common/names/one-of.js';
import { TENANT_ROLES, type TenantRole } from '../tenant-user.entity.js';
import type { SystemRole } from '../user.entity.js';

/** Lists the roles of the installation. */
export const SYSTEM_ROLES: readonly SystemRole[] = ['sys_admin', 'default'];

/** @throws BadParameters when it is not a role in a tenant */
export function requireTenantRole(role: string): TenantRole {
  const known = TENANT_ROLES.find((one) => one === role);
  if (known !== undefined) return known;
  throw new BadParameters(`The role of a member ${mustBeOneOf(TENANT_ROLES, role)}`);
}

/** @throws BadParameters when it is not a role of the installation */
export function requireSystemRole(role: string): SystemRole {
  const known = SYSTEM_ROLES.find((one) => one === role);
  if (known !== undefined) return known;
  throw new BadParameters(`The system role ${mustBeOneOf(SYSTEM_ROLES, role)}`);
}
