const SHORTEST = 5;
const LONGEST = 256;

/** Matches what a password can have more than one form of. */
const BEYOND_ASCII = /[^ -~]/;

/**
 * Returns the form in which a password is hashed and compared (RFC 8265, OpaqueString): composed (NFC), with a plain
 * space for any other space, so that it is the same password on every keyboard and system.
 */
export function opaqueString(password: string): string {
  return BEYOND_ASCII.test(password) ? password.replaceAll(/\p{Zs}/gu, ' ').normalize('NFC') : password;
}

/** Tells why a text cannot be a password, as the end of a sentence; undefined for one that can. */
export function passwordProblem(password: string): string | undefined {
  const length = Array.from(opaqueString(password)).length;
  if (length < SHORTEST || length > LONGEST) return `must be ${SHORTEST} to ${LONGEST} characters long`;
  if (!password.isWellFormed()) return 'must be well-formed text';
  return /\p{Cc}/u.test(password) ? 'must not contain control characters' : undefined;
}
