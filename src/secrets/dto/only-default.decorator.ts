import { ValidateBy } from 'class-validator';

/**
 * For a field that later clients send and this version cannot honour: its default is accepted, anything else refused.
 * To ignore it would make a secret more visible, or overwrite more, than its writer asked for.
 */
export function OnlyDefault(...defaults: readonly unknown[]): PropertyDecorator {
  const shown = JSON.stringify(defaults[0]);
  return ValidateBy({
    name: 'onlyDefault',
    validator: {
      validate: (value: unknown) => value === undefined || value === null || defaults.includes(value),
      defaultMessage: (failed) => `\`${failed?.property ?? ''}\` can only be ${shown} here`,
    },
  });
}
