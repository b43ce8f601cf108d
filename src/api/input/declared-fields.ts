import { getMetadataStorage } from 'class-validator';

/** A class that describes input: a field belongs to it by having a validation decorator. */
export type InputClass<T extends object> = new () => T;

const known = new WeakMap<InputClass<object>, ReadonlySet<string>>();

export function declaredFields(input: InputClass<object>): ReadonlySet<string> {
  const found = known.get(input);
  if (found !== undefined) return found;
  const metadata = getMetadataStorage().getTargetValidationMetadatas(input, '', false, false);
  const fields = new Set(metadata.map(({ propertyName }) => propertyName));
  known.set(input, fields);
  return fields;
}
