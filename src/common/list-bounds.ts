import { TooCostly } from './errors.js';

const MEBIBYTE = 1024 * 1024;

/** Limits a page of a list, in bytes of JSON. A page that reaches the limit ends early. */
const MAX_PAGE_BYTES = 8 * MEBIBYTE;

/** Limits the answer to `_get_all_results`, in bytes of JSON. A larger one is refused. */
const MAX_ALL_BYTES = 32 * MEBIBYTE;

/** Returns the largest size of a list, in bytes: of all results in one answer, or of a page. */
export function maxListBytes({ all }: { readonly all: boolean }): number {
  return all ? MAX_ALL_BYTES : MAX_PAGE_BYTES;
}

/** Returns the error for results that are too large for one answer. */
export function tooLargeForAll(): TooCostly {
  return new TooCostly(
    `\`_get_all_results\`: together the results are larger than ${MAX_ALL_BYTES / MEBIBYTE} MiB; ` +
      'read them page by page (`_size` and `_offset`), or name fewer fields in `_include`',
  );
}

/** Returns the error for an item that is larger than any answer. */
export function itemTooLarge(): TooCostly {
  return new TooCostly(
    'An item is too large for an answer with the names of all its members; ask without `_get_data`, which counts them',
  );
}
