import { ValidateBy } from 'class-validator';
import { mustBeOneOf } from '../../common/names/one-of.js';

/** Requires one of these texts. The message lists them, and names the one that was probably meant. */
export function OneOf(allowed: readonly string[]): PropertyDecorator {
  return ValidateBy({
    name: 'oneOf',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && allowed.includes(value),
      defaultMessage: (failed) => `\`${failed?.property ?? ''}\` ${mustBeOneOf(allowed, failed?.value)}`,
    },
  });
}
