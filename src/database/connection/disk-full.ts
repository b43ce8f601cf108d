import { isNativeError } from 'node:util/types';
import { printable } from '../../common/printable.js';

const DISK_FULL = '53100';
const MOST_CAUSES = 5;

/** Returns the error of PostgreSQL that says that its disk is full, where it is the error itself or a cause of it. */
function fullErrorIn(error: unknown, causes = MOST_CAUSES): (Error & { code: string }) | undefined {
  if (!isNativeError(error)) return undefined;
  const { code, cause, driverError } = error as Error & { code?: unknown; driverError?: unknown };
  if (code === DISK_FULL) return error as Error & { code: string };
  return causes === 0 ? undefined : fullErrorIn(driverError ?? cause, causes - 1);
}

/** Tells whether PostgreSQL refused a statement because its disk is full. */
export function isDiskFull(error: unknown): boolean {
  return fullErrorIn(error) !== undefined;
}

/**
 * Returns one line for the operator that says what is full, and the cure. PostgreSQL's message names the file that it
 * could not extend, and no data.
 */
export function diskFullProblem(error: unknown): string {
  const message = printable((fullErrorIn(error)?.message ?? 'no space left').replaceAll('"', "'"), 200);
  return `the disk of PostgreSQL is full (${message}): free space on it or make it larger`;
}

/** Says in the log what is full, since the messages of the driver's own errors are not logged. */
export class DiskFull extends Error {
  override readonly name = 'DiskFull';

  constructor(cause: unknown) {
    super(diskFullProblem(cause), { cause });
  }
}
