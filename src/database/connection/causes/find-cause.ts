import { driverErrorOf, type DriverError } from '../driver-error.js';
import type { ErrorCause } from './error-cause.js';
import { NETWORK_CAUSES } from './network-causes.js';
import { SERVER_CAUSES } from './server-causes.js';

/** Describes a found cause, with the code by which it was found; empty for a message of the driver. */
export interface FoundCause extends ErrorCause {
  readonly code: string;
}

const CAUSES = [...SERVER_CAUSES, ...NETWORK_CAUSES];

/**
 * Returns the cause of an error of the driver, the socket or TLS; undefined for errors whose cause is a statement or a
 * row. An error of several addresses has the cause of the first that has one.
 */
export function findCause(error: unknown): FoundCause | undefined {
  const driver = driverErrorOf(error);
  if (driver === undefined) return undefined;
  const code = driver.code ?? '';
  const found = code === '' ? byMessage(driver) : (byCode(code, driver) ?? byPrefix(code));
  if (found !== undefined) return { ...found, code };
  const { errors } = driver as { errors?: unknown };
  if (!Array.isArray(errors)) return undefined;
  return errors.map(findCause).find((cause) => cause !== undefined);
}

function byMessage({ message }: DriverError): ErrorCause | undefined {
  return CAUSES.find((cause) => cause.message?.test(message) === true);
}

function byCode(code: string, { message }: DriverError): ErrorCause | undefined {
  return CAUSES.find(({ codes, only }) => codes.includes(code) && (only?.test(message) ?? true));
}

function byPrefix(code: string): ErrorCause | undefined {
  return CAUSES.find(({ codes }) =>
    codes.some((prefix) => prefix.endsWith('*') && code.startsWith(prefix.slice(0, -1))),
  );
}
