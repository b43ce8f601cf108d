import { randomInt } from 'node:crypto';

/** Returns the header of a caller behind a proxy at an address of its own. */
export function source(second, third) {
  return { 'x-forwarded-for': `10.${second}.${third}.1` };
}

/** Returns the header of an attacker's only address. */
export function oneSource() {
  return source(3, 0);
}

/** Returns the header of one of an attacker's many addresses, each in a network of its own. */
export function anySource(count) {
  return source(3, 1 + randomInt(count));
}
