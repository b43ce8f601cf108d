import { isNativeError } from 'node:util/types';
import { TypeORMError } from 'typeorm';

/** Represents an error of PostgreSQL (with the protocol's error fields) or of the socket. */
export interface DriverError extends Error {
  /** A SQLSTATE of five characters, or a system code such as ECONNREFUSED. */
  readonly code?: string;
  readonly constraint?: string;
  /** The function of PostgreSQL's source that reported the error. */
  readonly routine?: string;
}

const thrownByCalls = new WeakSet<Error>();

/**
 * Runs a call of the driver and marks its error as one of the database. Errors of files and of other sockets have the
 * same codes.
 * @throws the error of the call
 */
export async function databaseCall<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw asDatabaseError(error);
  }
}

/** Marks an error as one that a call of the database threw, and returns it. */
export function asDatabaseError(error: unknown): unknown {
  if (isNativeError(error)) thrownByCalls.add(error);
  return error;
}

/**
 * Returns the driver's error inside a TypeORM error, or the error itself if the server reported it or a call of the
 * database threw it (`databaseCall`); undefined for any other.
 */
export function driverErrorOf(error: unknown): DriverError | undefined {
  if (!isNativeError(error)) return undefined;
  const { driverError } = error as { driverError?: unknown };
  if (isNativeError(driverError)) return driverError;
  const isOfDatabase = 'severity' in error || error instanceof TypeORMError || thrownByCalls.has(error);
  return isOfDatabase || isOfConnecting(error) ? error : undefined;
}

/** Tells whether an error is one of connecting, which the service does to nothing but its database. */
function isOfConnecting(error: Error): boolean {
  return ['connect', 'getaddrinfo'].includes((error as NodeJS.ErrnoException).syscall ?? '');
}
