import { DomainError } from '../../common/domain-error.js';
import { Busy, Unavailable } from '../../common/errors.js';
import { DiskFull, isDiskFull } from './disk-full.js';
import { findCause } from './causes/find-cause.js';
import { driverErrorOf } from './driver-error.js';

/** Lists the SQLSTATEs of a serialization failure, a deadlock, and a lock that was not available in time. */
const CONTENTION = new Set(['40001', '40P01', '55P03']);

/**
 * Tells whether an error of the driver means that the database is temporarily unable to serve: unreachable, starting,
 * stopping, full, read-only, closed to the service's login or too slow, or it gave priority to a concurrent transaction.
 * docs/database-errors.md lists them.
 */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof Unavailable) return true;
  const answer = findCause(error)?.answer;
  return answer === 'unavailable' || answer === 'busy';
}

/** Tells whether the server rolled the statement back because of concurrent work, so that none of it was applied. */
export function isContention(error: unknown): boolean {
  return CONTENTION.has(driverErrorOf(error)?.code ?? '');
}

/** Tells whether the server did not answer in time, so that the statement may still be running on that connection. */
export function isUnanswered(error: unknown): boolean {
  return driverErrorOf(error)?.message === 'Query read timeout';
}

/**
 * Returns the error to report to callers: Busy if others hold a lock or the statement took too long, Unavailable if the
 * database is unavailable for another reason (`isUnavailable`), otherwise the error unchanged.
 */
export function asDomainError(error: unknown): unknown {
  if (error instanceof DomainError || !isUnavailable(error)) return error;
  if (isContention(error)) return new Busy(CONTENDED, { cause: error });
  if (isOutOfTime(error)) return new Busy(SLOW, { cause: error });
  return unavailableBecauseOf(error);
}

/** Returns the error to report where the database could not do its work. If its disk is full, the log says so. */
export function unavailableBecauseOf(cause: unknown): Unavailable {
  if (isDiskFull(cause)) return new Unavailable(CANNOT_STORE, { cause: new DiskFull(cause) });
  return new Unavailable(undefined, { cause });
}

const CONTENDED = 'Others are changing the same resource; try again in a second';
const CANNOT_STORE = 'The service cannot store anything at the moment; try again shortly';
const OUT_OF_TIME = '57014';
const SLOW = 'The database took too long; try again in a second';

/** Tells whether the server ended the statement because its time was over. */
export function isOutOfTime(error: unknown): boolean {
  return driverErrorOf(error)?.code === OUT_OF_TIME;
}

/**
 * Tells whether the server reported that it rolled the statement back because of locks or time; the connection is
 * sound.
 */
export function wasRolledBack(error: unknown): boolean {
  return isContention(error) || isOutOfTime(error);
}
