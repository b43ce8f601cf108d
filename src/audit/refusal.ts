import type { DomainError } from '../common/domain-error.js';
import { Conflict, NotFound } from '../common/errors.js';
import { resourceNotFound } from '../common/resource-not-found.js';

/**
 * Says that nothing was changed and why: the outcome for the event, the error for the caller. It is returned and not
 * thrown, so that the transaction commits the event.
 */
export class Refusal {
  readonly kind = 'refused';

  constructor(
    readonly outcome: 'conflict' | 'not_found' | 'forbidden' | 'refused',
    readonly error: DomainError,
  ) {}

  static conflict(message: string): Refusal {
    return new Refusal('conflict', new Conflict(message));
  }

  static notFound(message: string): Refusal {
    return new Refusal('not_found', new NotFound(message));
  }

  /** Refuses for a name or an id that nothing of that kind has. */
  static missing(kind: string, id: string): Refusal {
    return new Refusal('not_found', resourceNotFound(kind, id));
  }
}
