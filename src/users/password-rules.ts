import { BadParameters } from '../common/errors.js';

const SHORTEST = 5;
const LONGEST = 256;

/** @throws BadParameters when a password is too short, too long, or holds something that a client cannot send */
export function requirePassword(password: string): void {
  const length = Array.from(password).length;
  if (length < SHORTEST || length > LONGEST) {
    throw new BadParameters(`A password must be ${SHORTEST} to ${LONGEST} characters long`);
  }
  if (!password.isWellFormed() || password.includes('\u0000')) {
    throw new BadParameters('A password must be well-formed text without NUL');
  }
}
