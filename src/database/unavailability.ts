import { Unavailable } from '../common/errors.js';
import { driverErrorOf } from './driver-error.js';

const SYSTEM_CODES = new Set(
  'ECONNREFUSED ECONNRESET ECONNABORTED ETIMEDOUT EPIPE ENOENT ENOTFOUND EAI_AGAIN EHOSTUNREACH ENETUNREACH'.split(
    ' ',
  ),
);

/** Classes and codes of PostgreSQL, Appendix A, that pass: connection, resources, shutdown, read-only, locks, time. */
const SQLSTATES = /^(08...|53...|57P0[1-5]|57014|25006|25P03|40001|40P01|55P03)$/;

/** A serialization failure, a deadlock, a lock that was not to be had in time. */
const CONTENTION = new Set(['40001', '40P01', '55P03']);

/**
 * The driver gives these no code. TypeORM releases a query runner by itself when its connection is lost between two
 * statements, and says no more than that when it is asked for the next.
 */
const MESSAGES =
  /query runner (was )?already released|Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout|not queryable|Cannot use a pool after calling end|Driver not Connected|timeout expired/i;

/**
 * Whether an error of the driver means that the database cannot serve for the moment: gone, starting, stopping, full,
 * read-only, too slow, or that concurrent work was chosen to go on instead.
 */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof Unavailable) return true;
  const driver = driverErrorOf(error);
  if (driver === undefined) return false;
  const code = driver.code ?? '';
  if (SYSTEM_CODES.has(code) || SQLSTATES.test(code)) return true;
  if ('errors' in driver && Array.isArray(driver.errors)) return driver.errors.some(isUnavailable);
  return code === '' && MESSAGES.test(driver.message);
}

/** Whether the server took back what was asked so that concurrent work can go on: nothing of it is there. */
export function isContention(error: unknown): boolean {
  return CONTENTION.has(driverErrorOf(error)?.code ?? '');
}

/** Whether the server gave no answer in time, so that the statement may still be under way on that connection. */
export function isUnanswered(error: unknown): boolean {
  return driverErrorOf(error)?.message === 'Query read timeout';
}

/** The error as callers should see it: Unavailable (503) where `isUnavailable`, else the error unchanged. */
export function asDomainError(error: unknown): unknown {
  if (error instanceof Unavailable || !isUnavailable(error)) return error;
  return new Unavailable(undefined, { cause: error });
}
