import { DomainError } from '../../common/domain-error.js';
import { errorFields, type ErrorFields } from '../../observability/error-fields.js';
import { STATES } from '../connection/causes/error-cause.js';
import { stateOf } from '../connection/causes/find-cause.js';
import { explainedCause } from '../connection/connection-problem.js';

/** Describes an error that failed a request or background work, for the log. */
export interface FailureFields {
  readonly err: ErrorFields;
  /** The state of the database that explains the error, and what to do. */
  readonly reason?: string;
}

/**
 * Returns the fields of an error for the log. Only an unforeseen error has its stack: an outage fails every request, and
 * its cause is not in the program.
 */
export function failureFields(error: unknown): FailureFields {
  const cause = error instanceof DomainError ? error.cause : error;
  const reason = explainedCause(cause);
  const err = errorFields(error);
  return {
    err: isForeseen(error, cause) ? withoutStack(err) : err,
    ...(reason !== undefined && { reason }),
  };
}

function isForeseen(error: unknown, cause: unknown): boolean {
  if (error instanceof DomainError && cause === undefined) return true;
  const state = stateOf(cause);
  return state !== undefined && STATES[state].answer === 'unavailable';
}

function withoutStack({ stack: _, cause, ...fields }: ErrorFields): ErrorFields {
  return cause === undefined ? fields : { ...fields, cause: withoutStack(cause) };
}
