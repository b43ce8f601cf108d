import { randomInt } from 'node:crypto';

/** Returns a random number from 0 up to, but not including, 1. */
export function chance(): number {
  return randomInt(2 ** 32) / 2 ** 32;
}

/**
 * Returns a random item.
 * @throws RangeError for an empty list
 */
export function oneOf<T>(items: readonly T[]): T {
  return items[randomInt(items.length)] as T;
}
