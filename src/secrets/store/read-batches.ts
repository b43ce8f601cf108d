import type { Configuration } from '../../config/configuration.js';

/** Limits the bytes that one statement answers. */
const BATCH_BYTES = 16 * 1024 * 1024;
const MOST_READS = 64;

/** Limits what a secret has beside its value and its options: the schema, the description and names. */
const REST_BYTES = 128 * 1024;

/** Returns how many secrets may be read by one statement, so that it stays small even if each is as large as can be. */
export function readsPerBatch({ maxValueBytes }: Pick<Configuration, 'maxValueBytes'>): number {
  const largest = 2 * maxValueBytes + REST_BYTES;
  return Math.max(1, Math.min(MOST_READS, Math.floor(BATCH_BYTES / largest)));
}
