import type { ApiVersion } from '../../api/http/api-version.decorator.js';
import { BadParameters } from '../../common/errors.js';
import { printable } from '../../common/printable.js';
import type { UserListOptions } from '../../users/user-overview.js';
import type { SystemRole } from '../../users/user.entity.js';

/** The names of system roles at the time of /api/v3. */
const OLD_NAMES = { sys_admin: 'admin', default: 'user' } as const;

const SYSTEM_ROLES = ['sys_admin', 'default'] as const;

export function shownRole(role: SystemRole, version: ApiVersion): string {
  return version === 'v3' ? OLD_NAMES[role] : role;
}

/** Filters by the kept names of roles, where the options have the names that the version shows them under. */
export function withKeptRoles(options: UserListOptions, version: ApiVersion): UserListOptions {
  const roles = options.filters.get('role');
  if (roles === undefined) return options;
  const kept = roles.map((name) => keptRole(name, version));
  return { ...options, filters: new Map([...options.filters, ['role', kept]]) };
}

/** Returns the role that a version shows under this name; any other text stays as it is. */
function keptRole(name: string, version: ApiVersion): string {
  return SYSTEM_ROLES.find((role) => shownRole(role, version) === name) ?? name;
}

/**
 * Later clients call /api/v3 too, with the names of their time.
 * @throws BadParameters
 */
export function readRole(name: string, version: ApiVersion): SystemRole {
  for (const role of SYSTEM_ROLES) {
    if (name === role || (version === 'v3' && name === OLD_NAMES[role])) return role;
  }
  throw new BadParameters(`Role "${printable(name)}" is no system role: sys_admin, default`);
}
