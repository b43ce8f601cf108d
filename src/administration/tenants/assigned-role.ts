import type { ApiVersion } from '../../api/http/api-version.decorator.js';
import { BadParameters } from '../../common/errors.js';
import { mustBeOneOf } from '../../common/names/one-of.js';
import { TENANT_ROLES } from '../../users/tenant-user.entity.js';

const DEFAULT_ROLE = 'user';

/**
 * Returns the role of a new member. Under v3 it defaults to `user`, since the oldest client sends none.
 * @throws BadParameters when v3.1 omits the role
 */
export function assignedRole(role: string | null | undefined, version: ApiVersion): string {
  if (role !== undefined && role !== null) return role;
  if (version === 'v3.1') throw new BadParameters(`\`role\` is missing: it ${mustBeOneOf(TENANT_ROLES)}`);
  return DEFAULT_ROLE;
}
