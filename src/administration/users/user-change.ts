import type { ApiVersion } from '../../api/http/api-version.decorator.js';
import { flagOf } from '../../api/input/is-flag.decorator.js';
import { BadParameters } from '../../common/errors.js';
import type { SystemRole } from '../../users/user.entity.js';
import type { NewUser } from '../../users/users.service.js';
import type { NewUserBody, UserChangeBody } from './dto/user.bodies.js';
import { readRole } from './system-role.js';

export type UserChange =
  | { readonly kind: 'password'; readonly password: string; readonly endTokens: boolean }
  | { readonly kind: 'role'; readonly role: SystemRole }
  | { readonly kind: 'first steps'; readonly show: boolean };

/**
 * Returns the change that a body asks for.
 * @throws BadParameters unless exactly one field is given; `end_tokens` may be given with a password
 */
export function readChange(body: UserChangeBody, version: ApiVersion): UserChange {
  refusePrehashed(body);
  const password = body.password ?? undefined;
  const role = body.role ?? undefined;
  const show = flagOf(body.show_getting_started);
  if ([password, role, show].filter((given) => given !== undefined).length !== 1) {
    throw new BadParameters('Give exactly one of `password`, `role` and `show_getting_started`');
  }
  const endTokens = flagOf(body.end_tokens) === true;
  if (password !== undefined) return { kind: 'password', password, endTokens };
  if (endTokens) throw new BadParameters('`end_tokens` can only be given with a `password`');
  if (role !== undefined) return { kind: 'role', role: readRole(role, version) };
  return { kind: 'first steps', show: show === true };
}

/**
 * Returns the input for a new user.
 * @throws BadParameters for an unknown role, an invalid time or a hashed password
 */
export function toNewUser(body: NewUserBody, version: ApiVersion): NewUser {
  refusePrehashed(body);
  return {
    username: body.username,
    password: body.password,
    systemRole: readRole(body.role ?? 'default', version),
    createdAt: readTime('created_at', body.created_at),
    firstLoginAt: readTime('first_login_at', body.first_login_at),
    lastLoginAt: readTime('last_login_at', body.last_login_at),
  };
}

/** Tells whether the input sets any time, which needs a permission of its own. */
export function setsTimes({ createdAt, firstLoginAt, lastLoginAt }: NewUser): boolean {
  return [createdAt, firstLoginAt, lastLoginAt].some((time) => time !== undefined);
}

/**
 * Refuses password hashes: a caller could send the hash of a known or empty password, or one that is cheap to guess.
 */
function refusePrehashed({ is_prehashed: flag }: Pick<NewUserBody, 'is_prehashed'>): void {
  if (flagOf(flag) === true) {
    throw new BadParameters('`is_prehashed` can only be false here: give the password itself');
  }
}

/**
 * Reads a time, in UTC unless it names a zone.
 * @throws BadParameters for text that is not a valid time
 */
function readTime(name: string, text: string | null | undefined): Date | undefined {
  if (text === null || text === undefined) return undefined;
  const zoned = /(Z|[+-]\d{2}:\d{2})$/.test(text) ? text : `${text}Z`;
  const time = new Date(zoned.replace(' ', 'T'));
  if (Number.isNaN(time.getTime()))
    throw new BadParameters(
      `\`${name}\` must be a time that exists, as in ISO 8601, such as 2026-03-20T08:23:31Z`,
    );
  return time;
}
