import { DomainError } from '../../../common/domain-error.js';
import { driverErrorOf, type DriverError } from '../driver-error.js';
import type { DatabaseErrorState, ErrorCause } from './error-cause.js';
import { NETWORK_CAUSES } from './network-causes.js';
import { SERVER_CAUSES } from './server-causes.js';

/** Describes a found cause. */
export interface FoundCause extends ErrorCause {
  /** The code by which it was found; empty for a message of the driver. */
  readonly code: string;
  /** The message of the server or the driver. */
  readonly text: string;
}

const CAUSES = [...SERVER_CAUSES, ...NETWORK_CAUSES];

/**
 * Returns the cause of an error of the driver, the socket or TLS, or of a DomainError that was made from one; undefined
 * for errors whose cause is a statement or a row. An error of several addresses has the cause of the first that has
 * one.
 */
export function findCause(error: unknown): FoundCause | undefined {
  if (error instanceof DomainError) return findCause(error.cause);
  const driver = driverErrorOf(error);
  return driver === undefined ? undefined : causeOf(driver);
}

/** Returns the state of the database that an error tells of; undefined where `findCause` returns undefined. */
export function stateOf(error: unknown): DatabaseErrorState | undefined {
  return findCause(error)?.state;
}

function causeOf(driver: DriverError): FoundCause | undefined {
  const code = driver.code ?? '';
  const found = code === '' ? byMessage(driver) : (byCode(code, driver) ?? byPrefix(code));
  if (found !== undefined) return { ...found, code, text: driver.message };
  const { errors = [] } = driver as { errors?: readonly DriverError[] };
  return errors.map(causeOf).find((cause) => cause !== undefined);
}

function byMessage({ message }: DriverError): ErrorCause | undefined {
  return CAUSES.find((cause) => cause.message?.test(message) === true);
}

function byCode(code: string, { message, routine = '' }: DriverError): ErrorCause | undefined {
  return CAUSES.find(
    ({ codes, only, routines }) =>
      codes.includes(code) && (only?.test(message) ?? true) && (routines?.includes(routine) ?? true),
  );
}

function byPrefix(code: string): ErrorCause | undefined {
  return CAUSES.find(({ codes }) =>
    codes.some((prefix) => prefix.endsWith('*') && code.startsWith(prefix.slice(0, -1))),
  );
}
