import { validateSync, type ValidationError } from 'class-validator';
import type { DomainError } from '../../common/domain-error.js';
import { BadParameters, IllegalAction } from '../../common/errors.js';

/** Context of a rule whose breach is not a malformed request but one that is never granted. */
export const ILLEGAL_ACTION = { illegalAction: true };

/**
 * Refuses the first field that breaks a rule, by the message of its topmost broken rule. Messages name fields and
 * never values; those come from the rules alone.
 *
 * @throws BadParameters, or IllegalAction where the rule says so
 */
export function validateInput(input: object): void {
  const options = { forbidUnknownValues: false, validationError: { target: false, value: false } };
  const [failure] = validateSync(input, options);
  if (failure !== undefined) throw problemOf(failure);
}

function problemOf(failure: ValidationError): DomainError {
  const [nested] = failure.children ?? [];
  if (failure.constraints === undefined && nested !== undefined) return problemOf(nested);
  // Decorators run from the bottom up, so the last entry is the one that stands on top.
  const [rule, message] = Object.entries(failure.constraints ?? {}).at(-1) ?? [];
  const text = message ?? `\`${failure.property}\` is not valid`;
  const context = failure.contexts?.[rule ?? ''] as Partial<typeof ILLEGAL_ACTION> | undefined;
  return context?.illegalAction === true ? new IllegalAction(text) : new BadParameters(text);
}
