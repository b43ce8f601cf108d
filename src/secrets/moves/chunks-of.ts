/** Limits the bytes of one statement, so that it stays within its time limit and others have their turn. */
export const MOST_BYTES = 1024 * 1024;

/** Divides what is to be written into statements. */
export function* chunksOf<T extends { readonly bytes: number }>(
  items: readonly T[],
): Generator<readonly T[]> {
  let chunk: T[] = [];
  let bytes = 0;
  for (const item of items) {
    if (chunk.length > 0 && bytes + item.bytes > MOST_BYTES) {
      yield chunk;
      [chunk, bytes] = [[], 0];
    }
    chunk.push(item);
    bytes += item.bytes;
  }
  if (chunk.length > 0) yield chunk;
}
