import { DomainError } from '../../common/domain-error.js';
import { errorFields, type ErrorFields } from '../../observability/error-fields.js';
import { STATES } from '../connection/causes/error-cause.js';
import { findCause } from '../connection/causes/find-cause.js';
import { explainedIn } from '../connection/connection-problem.js';

/** Describes an error that failed a request or background work, for the log. */
export interface FailureFields {
  readonly err: ErrorFields;
  /** The state of the database that explains the error, and what to do. */
  readonly reason?: string;
  /** Names the alarm, where the error needs attention at once. */
  readonly alarm?: string;
}

/**
 * Returns the fields of an error for the log. Only an unforeseen error has its stack: an outage fails every request,
 * and its cause is not in the program.
 */
export function failureFields(error: unknown): FailureFields {
  const found = findCause(error);
  const isForeseen =
    found === undefined
      ? error instanceof DomainError && error.cause === undefined
      : STATES[found.state].answer === 'unavailable';
  const err = errorFields(error);
  return {
    err: isForeseen ? withoutStack(err) : err,
    ...(found !== undefined && { reason: explainedIn(found) }),
    ...(found?.alarm !== undefined && { alarm: found.alarm }),
  };
}

function withoutStack({ stack: _, cause, ...fields }: ErrorFields): ErrorFields {
  return cause === undefined ? fields : { ...fields, cause: withoutStack(cause) };
}
