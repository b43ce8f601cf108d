import { randomInt } from 'node:crypto';

/** From 0 up to, and never, 1. */
export function chance(): number {
  return randomInt(2 ** 32) / 2 ** 32;
}

/** @throws RangeError for an empty list */
export function oneOf<T>(items: readonly T[]): T {
  return items[randomInt(items.length)] as T;
}
