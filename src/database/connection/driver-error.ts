import { isNativeError } from 'node:util/types';

/** Describes an error of PostgreSQL (its protocol's error fields) or of the socket. */
export interface DriverError extends Error {
  /** Holds a SQLSTATE of five characters, or a system code such as ECONNREFUSED. */
  readonly code?: string;
  readonly constraint?: string;
}

/** Returns the driver's error inside one of TypeORM, or the error itself. */
export function driverErrorOf(error: unknown): DriverError | undefined {
  if (!isNativeError(error)) return undefined;
  const { driverError } = error as { driverError?: unknown };
  return isNativeError(driverError) ? driverError : error;
}
