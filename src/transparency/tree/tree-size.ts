/** Matches the one decimal notation of a size; further digits than these are not safe integers. */
const DECIMAL = /^(?:0|[1-9]\d{0,15})$/;

/** Tells whether a number can be the size of a tree: whole, not negative, and exact as a double. */
export function isTreeSize(size: number): boolean {
  return Number.isSafeInteger(size) && size >= 0;
}

/** Returns the size that a decimal text gives; undefined for any other text, leading zeros included. */
export function readTreeSize(text: string): number | undefined {
  const size = DECIMAL.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(size) ? size : undefined;
}

/** Returns the largest power of two that is smaller than `size`, where RFC 6962 splits a tree of two or more leaves. */
export function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}
