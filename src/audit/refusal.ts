import type { DomainError } from '../common/domain-error.js';

/** Says how an act was refused, as an outcome instead of an exception, so that its event is kept. Nothing was changed. */
export class Refusal {
  readonly kind = 'refused';

  constructor(
    /** As it is recorded. */
    readonly outcome: 'conflict' | 'not_found' | 'forbidden' | 'refused',
    /** As it is answered. */
    readonly error: DomainError,
  ) {}
}
