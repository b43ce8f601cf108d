import { isNativeError } from 'node:util/types';

/** What the driver says of an error of PostgreSQL (its protocol's error fields) or of the socket. */
export interface DriverError extends Error {
  /** SQLSTATE of five characters, or a system code such as ECONNREFUSED. */
  readonly code?: string;
  readonly constraint?: string;
}

/** The driver's error inside what TypeORM throws, or the error itself. */
export function driverErrorOf(error: unknown): DriverError | undefined {
  if (!isNativeError(error)) return undefined;
  const { driverError } = error as { driverError?: unknown };
  return isNativeError(driverError) ? driverError : error;
}
