import { randomBytes } from 'node:crypto';

/** Sets how many random bytes a password has at least: 18 are 24 characters. */
const FEWEST_BYTES = 18;

/** Returns a random password of letters, digits, `-` and `_`, with at least `shortest` characters. */
export function randomPassword(shortest: number): string {
  return randomBytes(Math.max(FEWEST_BYTES, Math.ceil((shortest * 3) / 4))).toString('base64url');
}
