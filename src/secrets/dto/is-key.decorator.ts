import { ValidateBy } from 'class-validator';
import { nameProblem } from '../../common/names/resource-name.js';

interface KeyRule {
  /** True if the text may be empty. */
  readonly allowsEmpty?: boolean;
}

/** Requires a text that can be the key of a secret, or that such a key can begin with. */
export function IsKey({ allowsEmpty = false }: KeyRule = {}): PropertyDecorator {
  const problemOf = (value: unknown): string | undefined => {
    if (typeof value !== 'string') return 'must be a string';
    return allowsEmpty && value === '' ? undefined : nameProblem(value);
  };
  return ValidateBy({
    name: 'isKey',
    validator: {
      validate: (value: unknown) => problemOf(value) === undefined,
      defaultMessage: (failed) =>
        `\`${failed?.property ?? ''}\` ${problemOf(failed?.value) ?? 'is not valid'}`,
    },
  });
}
