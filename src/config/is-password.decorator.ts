import { ValidateBy } from 'class-validator';
import { passwordProblem } from '../common/password-rules.js';

/** Validates a password by the rules for all passwords. The message never repeats it. */
export function IsPassword(): PropertyDecorator {
  return ValidateBy({
    name: 'isPassword',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && passwordProblem(value) === undefined,
      defaultMessage: (args) => passwordProblem(String(args?.value)) ?? 'must be text',
    },
  });
}
