import type { ApiVersion } from '../../api/http/api-version.decorator.js';
import { BadParameters } from '../../common/errors.js';
import { mustBeOneOf } from '../../common/names/one-of.js';
import type { UserListOptions } from '../../users/user-overview.js';
import type { SystemRole } from '../../users/user.entity.js';

/** Maps system roles to their names under /api/v3. */
const OLD_NAMES = { sys_admin: 'admin', default: 'user' } as const;

const SYSTEM_ROLES = ['sys_admin', 'default'] as const;

/** Returns the name of a role under a version. */
export function shownRole(role: SystemRole, version: ApiVersion): string {
  return version === 'v3' ? OLD_NAMES[role] : role;
}

/** Replaces the names of roles in a filter, which are those that the version shows, with the stored ones. */
export function withStoredRoles(options: UserListOptions, version: ApiVersion): UserListOptions {
  const roles = options.filters.get('role');
  if (roles === undefined) return options;
  const stored = roles.map((name) => storedRole(name, version));
  return { ...options, filters: new Map([...options.filters, ['role', stored]]) };
}

/** Returns the role that a version shows under this name; any other text unchanged. */
function storedRole(name: string, version: ApiVersion): string {
  return SYSTEM_ROLES.find((role) => shownRole(role, version) === name) ?? name;
}

/**
 * Returns the role of a name. Under /api/v3 the current names are accepted too, since newer clients send them.
 * @throws BadParameters for an unknown name
 */
export function readRole(name: string, version: ApiVersion): SystemRole {
  for (const role of SYSTEM_ROLES) {
    if (name === role || (version === 'v3' && name === OLD_NAMES[role])) return role;
  }
  throw new BadParameters(`\`role\` ${mustBeOneOf(SYSTEM_ROLES, name)}`);
}
