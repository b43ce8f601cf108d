import { isNativeError } from 'node:util/types';

/** Represents an error of PostgreSQL (with the protocol's error fields) or of the socket. */
export interface DriverError extends Error {
  /** A SQLSTATE of five characters, or a system code such as ECONNREFUSED. */
  readonly code?: string;
  readonly constraint?: string;
}

/** Returns the driver's error inside a TypeORM error, or the error itself. */
export function driverErrorOf(error: unknown): DriverError | undefined {
  if (!isNativeError(error)) return undefined;
  const { driverError } = error as { driverError?: unknown };
  return isNativeError(driverError) ? driverError : error;
}
