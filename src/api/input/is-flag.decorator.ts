import { ValidateBy } from 'class-validator';

/** A boolean, or its name as text in any case, as older clients send it. */
export function IsFlag(): PropertyDecorator {
  return ValidateBy({
    name: 'isFlag',
    validator: {
      validate: (value: unknown) => value === undefined || flagOf(value) !== undefined,
      defaultMessage: (failed) => `\`${failed?.property ?? ''}\` must be true or false`,
    },
  });
}

/** What a flag that passed `IsFlag` stands for; undefined where none was given. */
export function flagOf(value: unknown): boolean | undefined {
  const text = typeof value === 'string' ? value.toLowerCase() : value;
  if (text === true || text === 'true') return true;
  return text === false || text === 'false' ? false : undefined;
}
