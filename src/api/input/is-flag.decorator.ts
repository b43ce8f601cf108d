import { ValidateBy } from 'class-validator';

/** Requires a boolean, or its name as text in any case, which older clients send. */
export function IsFlag(): PropertyDecorator {
  return ValidateBy({
    name: 'isFlag',
    validator: {
      validate: (value: unknown) => value === undefined || flagOf(value) !== undefined,
      defaultMessage: (failed) => `\`${failed?.property ?? ''}\` must be true or false`,
    },
  });
}

/** Returns the boolean that a value which passed `IsFlag` stands for; undefined when there is none. */
export function flagOf(value: unknown): boolean | undefined {
  const text = typeof value === 'string' ? value.toLowerCase() : value;
  if (text === true || text === 'true') return true;
  return text === false || text === 'false' ? false : undefined;
}
