import { NoSuchIncludeField } from '../../common/errors.js';
import { printable } from '../../common/printable.js';

/**
 * The fields that `_include` names, with commas between or one each time, each of them once; all of them where nothing
 * is named.
 * @throws NoSuchIncludeField for one that the items do not have
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

/** The item with these fields only. */
export function picked<T extends object>(item: T, fields: readonly (keyof T)[]): Partial<T> {
  return Object.fromEntries(fields.map((field) => [field, item[field]])) as Partial<T>;
}
