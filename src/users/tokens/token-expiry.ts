import { BadParameters } from '../../common/errors.js';
import { readExpiry, type Expiry } from '../../common/expiry.js';

/** Describes when a token expires: at a time, or that many milliseconds after it is created. */
export type TokenExpiry = Expiry;

/**
 * Reads the notations of `readExpiry`.
 * @throws BadParameters for anything else
 */
export function parseExpiry(text: string): TokenExpiry {
  const expiry = readExpiry(text);
  if (expiry === undefined)
    throw new BadParameters(
      '`expiration_date` must be `YYYY-MM-DD HH:mm` in UTC, or like `+10h`, `+30 minutes`, `+1 day`',
    );
  if ('afterMilliseconds' in expiry && expiry.afterMilliseconds === 0) throw expiryInThePast();
  return expiry;
}

export function expiryInThePast(): BadParameters {
  return new BadParameters('`expiration_date`: the date is in the past');
}
