import { NoSuchIncludeField } from '../../common/errors.js';
import { mustBeOneOf } from '../../common/names/one-of.js';
import { printable } from '../../common/printable.js';

/**
 * Returns the fields that `_include` names, separated by commas or repeated, without duplicates.
 * @param byDefault the fields that an item has if `_include` names none
 * @throws NoSuchIncludeField for a field that the items do not have
 */
export function includedFields<F extends string>(
  include: readonly string[] | undefined,
  fields: readonly F[],
  byDefault: readonly F[] = fields,
): F[] {
  const names = new Set((include ?? []).flatMap((list) => list.split(',')).filter((name) => name !== ''));
  if (names.size === 0) return [...byDefault];
  return Array.from(names, (name) => {
    const known = fields.find((field) => field === name);
    if (known === undefined)
      throw new NoSuchIncludeField(
        `\`_include\`: there is no "${printable(name)}": it ${mustBeOneOf(fields, name)}`,
      );
    return known;
  });
}

/** Returns the item with only these fields. */
export function picked<T extends object>(item: T, fields: readonly (keyof T)[]): Partial<T> {
  return Object.fromEntries(fields.map((field) => [field, item[field]])) as Partial<T>;
}
