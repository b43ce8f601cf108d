const LONGEST = 256;

/** Sets how long the password of the first administrator is at least in production, where it protects everything. */
const SHORTEST_OF_FIRST = 12;

/** Matches what a password can have more than one form of. */
const BEYOND_ASCII = /[^ -~]/;

/**
 * Returns the form in which a password is hashed and compared (RFC 8265, OpaqueString): composed (NFC), with a plain
 * space for any other space, so that it is the same password on every keyboard and system.
 */
export function opaqueString(password: string): string {
  return BEYOND_ASCII.test(password) ? password.replaceAll(/\p{Zs}/gu, ' ').normalize('NFC') : password;
}

/** Returns the fewest characters of the first administrator's password, where other passwords have `shortest`. */
export function shortestFirstPassword(shortest: number, inProduction: boolean): number {
  return inProduction ? Math.max(shortest, SHORTEST_OF_FIRST) : shortest;
}

/**
 * Tells why a text cannot be a password, as the end of a sentence; undefined for one that can.
 * @param shortest the fewest characters that it may have
 */
export function passwordProblem(password: string, shortest: number): string | undefined {
  const length = Array.from(opaqueString(password)).length;
  if (length < shortest || length > LONGEST)
    return `must be ${shortest} to ${LONGEST} characters long, and is ${length < shortest ? 'shorter' : 'longer'}`;
  if (!password.isWellFormed()) return 'must be well-formed text';
  return /\p{Cc}/u.test(password) ? 'must not contain control characters' : undefined;
}
