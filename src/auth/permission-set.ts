const LARGEST = 100;
const sets = new Map<string, ReadonlySet<string>>();

/**
 * Returns the permissions of a comma-separated list as a set. Equal lists share a set: callers have few roles, and
 * making a set costs more than the rest of the look-up.
 */
export function permissionSet(list: string): ReadonlySet<string> {
  const known = sets.get(list);
  if (known !== undefined) return known;
  const made = new Set(list === '' ? [] : list.split(','));
  if (sets.size >= LARGEST) sets.clear();
  sets.set(list, made);
  return made;
}
