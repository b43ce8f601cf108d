import type { ApiVersion } from '../../api/http/api-version.decorator.js';
import { BadParameters } from '../../common/errors.js';

const DEFAULT_ROLE = 'user';

/**
 * The role of a new member: the oldest client sends none over v3 and means `user`.
 * @throws BadParameters when v3.1 leaves it out
 */
export function assignedRole(role: string | null | undefined, version: ApiVersion): string {
  if (role !== undefined && role !== null) return role;
  if (version === 'v3.1') throw new BadParameters('`role` is missing or no text');
  return DEFAULT_ROLE;
}
