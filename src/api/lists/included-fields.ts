import { NoSuchIncludeField } from '../../common/errors.js';
import { printable } from '../../common/printable.js';

/**
 * Returns the fields that `_include` names, separated by commas or repeated, without duplicates; all fields if it names
 * none.
 * @throws NoSuchIncludeField for a field that the items do not have
 */
export function includedFields<F extends string>(
  include: readonly string[] | undefined,
  fields: readonly F[],
): F[] {
  const names = new Set((include ?? []).flatMap((list) => list.split(',')).filter((name) => name !== ''));
  if (names.size === 0) return [...fields];
  return Array.from(names, (name) => {
    const known = fields.find((field) => field === name);
    if (known === undefined)
      throw new NoSuchIncludeField(
        `\`_include\`: there is no "${printable(name)}"; there are ${fields.join(', ')}`,
      );
    return known;
  });
}

/** Returns the item with only these fields. */
export function picked<T extends object>(item: T, fields: readonly (keyof T)[]): Partial<T> {
  return Object.fromEntries(fields.map((field) => [field, item[field]])) as Partial<T>;
}
