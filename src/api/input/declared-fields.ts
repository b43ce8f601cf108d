import { getMetadataStorage } from 'class-validator';
import { BadParameters } from '../../common/errors.js';
import { unknownName } from '../../common/names/unknown-name.js';

/** Describes a class of input. Its fields are the properties with a validation decorator. */
export type InputClass<T extends object> = new () => T;

/** Tells which members of a body are read; may refuse the body for others. */
export type FieldNames = Pick<ReadonlySet<string>, 'has'>;

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

/** Returns the same names, which refuse a body with any other: `has` throws BadParameters then. */
export function onlyThese(names: ReadonlySet<string>): FieldNames {
  return {
    has: (name) => {
      if (names.has(name)) return true;
      throw new BadParameters(unknownName('field', name, names));
    },
  };
}
