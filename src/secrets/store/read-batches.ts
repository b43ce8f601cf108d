import type { Configuration } from '../../config/configuration.js';

/** Limits the bytes that one statement returns. */
const BATCH_BYTES = 16 * 1024 * 1024;
const MOST_READS = 64;

/** Bounds the rest of a secret besides its value and options: the schema, the description, the labels and names. */
const REST_BYTES = 128 * 1024;

/**
 * Returns how many secrets one statement may read, so that its answer stays small even if each has the maximum size.
 */
export function readsPerBatch({ maxValueBytes }: Pick<Configuration, 'maxValueBytes'>): number {
  const largest = 2 * maxValueBytes + REST_BYTES;
  return Math.max(1, Math.min(MOST_READS, Math.floor(BATCH_BYTES / largest)));
}
