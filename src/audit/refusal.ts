import type { DomainError } from '../common/domain-error.js';
import { Conflict, NotFound } from '../common/errors.js';
import { resourceNotFound } from '../common/resource-not-found.js';

/**
 * Represents a refused change: the outcome for the event and the error for the caller. It is returned, not thrown, so
 * that the transaction commits the event.
 */
export class Refusal {
  readonly kind = 'refused';

  constructor(
    readonly outcome: 'conflict' | 'precondition_failed' | 'not_found' | 'gone' | 'forbidden' | 'refused',
    readonly error: DomainError,
  ) {}

  /** Refuses a change that conflicts with the present state. */
  static conflict(message: string): Refusal {
    return new Refusal('conflict', new Conflict(message));
  }

  /** Refuses a change of something that does not exist. */
  static notFound(message: string): Refusal {
    return new Refusal('not_found', new NotFound(message));
  }

  /** Refuses a name or an id that no resource of that kind has. */
  static missing(kind: string, id: string): Refusal {
    return new Refusal('not_found', resourceNotFound(kind, id));
  }
}
