import { ValidateBy } from 'class-validator';

/** Validates a whole number within inclusive bounds. One message states the whole rule. */
export function WholeNumber(least: number, most: number, remark = ''): PropertyDecorator {
  return ValidateBy({
    name: 'wholeNumber',
    validator: {
      validate: (value: unknown) =>
        Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most,
      defaultMessage: () => `must be a whole number from ${least} to ${most}${remark}`,
    },
  });
}
