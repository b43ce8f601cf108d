import { getMetadataStorage } from 'class-validator';

/** Describes a class of input. Its fields are the properties with a validation decorator. */
export type InputClass<T extends object> = new () => T;

const known = new WeakMap<InputClass<object>, ReadonlySet<string>>();

/** Returns the names of the fields that an input class declares. */
export function declaredFields(input: InputClass<object>): ReadonlySet<string> {
  const found = known.get(input);
  if (found !== undefined) return found;
  const metadata = getMetadataStorage().getTargetValidationMetadatas(input, '', false, false);
  const fields = new Set(metadata.map(({ propertyName }) => propertyName));
  known.set(input, fields);
  return fields;
}
