import { formatTime } from '../../api/time-format.js';
import { isCalendarTime } from '../../common/calendar-time.js';
import { DomainError } from '../../common/domain-error.js';
import { BadParameters } from '../../common/errors.js';
import { readExpiry, type Expiry } from '../../common/expiry.js';

/** Matches a time with its zone (RFC 3339), as answers show it. */
const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** Describes the notations of an expiry in the OpenAPI document. */
export const EXPIRY_PATTERN =
  '^\\s*(\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?(Z|[+-]\\d{2}:\\d{2})|\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}|' +
  '\\+\\s*(\\d{1,6}\\s*[A-Za-z]+\\s*)+)\\s*$';

/** Says what an expiry must be, as the rest of a sentence. */
export const EXPIRY_RULE =
  'must be a time such as `2027-03-20T08:00:00Z` or `2027-03-20 08:00` (in UTC), or a duration from now such as `+10h`, ' +
  '`+30 minutes` or `+1 day`';

/**
 * Reads the expiry of a secret: a time, or a duration as tokens have it.
 * @returns undefined for anything else
 */
export function readSecretExpiry(text: string): Expiry | undefined {
  const time = text.trim();
  const [, local] = TIME.exec(time) ?? [];
  if (local === undefined) return readExpiry(text);
  const at = new Date(time);
  const year = at.getUTCFullYear();
  return isCalendarTime(local) && year >= 1 && year <= 9999 ? { at } : undefined;
}

/** Answers a new expiry that is not in the future. */
export function expiryInThePast(): BadParameters {
  return new BadParameters('`expires_at`: the date is in the past; give a later one, or null for none');
}

/** Answers a read of a secret that has expired, in place of its value. */
export class SecretExpired extends DomainError {
  constructor(key: string, expiresAt: Date) {
    super(
      'secret_expired',
      410,
      `The secret \`${key}\` expired at ${formatTime(expiresAt)}, so its value is not given out any more. It is not deleted: ` +
        'a change of it, such as PATCH with a new `value`, makes it readable again',
    );
  }
}

/** Says when a secret expires, and whether it has. */
interface WithExpiry {
  readonly expiresAt: Date | null;
  readonly isExpired: boolean;
}

/** Returns the expiry that a change leaves to a secret if it gives none: one that has passed is cleared. */
export function keptExpiry({ expiresAt, isExpired }: WithExpiry): Date | null {
  return isExpired ? null : expiresAt;
}
