import { validateSync, type ValidationError } from 'class-validator';
import type { DomainError } from '../../common/domain-error.js';
import { BadParameters, IllegalAction } from '../../common/errors.js';

/** Marks a validation rule whose violation is answered with `IllegalAction` instead of `BadParameters`. */
export const ILLEGAL_ACTION = { illegalAction: true };

/** Completes a message about a field, given its name and value. */
type Completion = (message: string, field: string, value: unknown) => string;

const asItIs: Completion = (message) => message;

/**
 * Rejects the first field that violates a rule, with the message of its topmost violated rule. Messages name fields,
 * never values.
 *
 * @param complete completes the message with what came, for a body
 * @throws BadParameters, or IllegalAction for a rule marked `ILLEGAL_ACTION`
 */
export function validateInput(input: object, complete: Completion = asItIs): void {
  const options = { forbidUnknownValues: false, validationError: { target: false } };
  const [failure] = validateSync(input, options);
  if (failure !== undefined) throw problemOf(failure, complete);
}

function problemOf(failure: ValidationError, complete: Completion): DomainError {
  const [nested] = failure.children ?? [];
  if (failure.constraints === undefined && nested !== undefined) return problemOf(nested, complete);
  // Decorators run from the bottom up, so the last entry belongs to the topmost decorator.
  const [rule, message] = Object.entries(failure.constraints ?? {}).at(-1) ?? [];
  const sentence = message ?? `\`${failure.property}\` is not valid`;
  const text = complete(sentence, failure.property, failure.value);
  const context = failure.contexts?.[rule ?? ''] as Partial<typeof ILLEGAL_ACTION> | undefined;
  return context?.illegalAction === true ? new IllegalAction(text) : new BadParameters(text);
}
