import type { ApiVersion } from '../../api/http/api-version.decorator.js';
import { BadParameters } from '../../common/errors.js';
import { printable } from '../../common/printable.js';
import type { SystemRole } from '../../users/user.entity.js';

/** The names of system roles at the time of /api/v3. */
const OLD_NAMES = { sys_admin: 'admin', default: 'user' } as const;

const SYSTEM_ROLES = ['sys_admin', 'default'] as const;

export function shownRole(role: SystemRole, version: ApiVersion): string {
  return version === 'v3' ? OLD_NAMES[role] : role;
}

/** The role that a version shows under this name; any other text stays as it is. */
export function keptRole(name: string, version: ApiVersion): string {
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
