import { DomainError } from '../../common/domain-error.js';
import { Busy, Unavailable } from '../../common/errors.js';
import { STATES } from './causes/error-cause.js';
import { stateOf } from './causes/find-cause.js';
import { driverErrorOf } from './driver-error.js';

/** Tells whether the server rolled the statement back because of concurrent work, so that none of it was applied. */
export function isContention(error: unknown): boolean {
  return stateOf(error) === 'contended';
}

/** Tells whether the server ended the statement because its time was over. */
export function isOutOfTime(error: unknown): boolean {
  return stateOf(error) === 'slow';
}

/** Tells whether an error leaves open what became of the statement, and whether its connection is sound. */
export function isOutcomeOpen(error: unknown): boolean {
  const state = stateOf(error);
  return state !== undefined && STATES[state].open;
}

/** Tells whether the server did not answer in time, so that the statement may still be running on that connection. */
export function isUnanswered(error: unknown): boolean {
  const cause = error instanceof DomainError ? error.cause : error;
  return driverErrorOf(cause)?.message === 'Query read timeout';
}

/**
 * Returns the error to report to callers, as the state of the database that it tells of demands (`STATES`): Busy,
 * Unavailable, or the error unchanged. docs/database-errors.md lists them.
 */
export function asDomainError(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  const state = stateOf(error);
  if (state === 'contended') return new Busy(CONTENDED, { cause: error });
  if (state === 'slow') return new Busy(SLOW, { cause: error });
  return state !== undefined && STATES[state].answer === 'unavailable' ? unavailableBecauseOf(error) : error;
}

/** Returns the error to report where the database could not do its work. */
export function unavailableBecauseOf(cause: unknown): Unavailable {
  return new Unavailable(messageOf(cause), { cause });
}

function messageOf(cause: unknown): string | undefined {
  const state = stateOf(cause);
  if (state === 'full') return 'The service cannot store anything at the moment; try again shortly';
  if (state === undefined || state === 'away') return undefined;
  return 'The service cannot use its database at the moment; try again shortly';
}

const CONTENDED = 'Others are changing the same resource; try again in a second';
const SLOW = 'The database took too long; try again in a second';
