/** Limits the names that are compared, since the work grows with the product of the lengths. */
const LONGEST_COMPARED = 64;

/** Sets how long a name must be for one that merely contains it to be meant. */
const SHORTEST_PART = 4;

/**
 * Returns the known name that was probably meant by a name, or undefined where none is near: one with few other
 * letters, or one that contains the name or is contained in it. Ignores case and separators.
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  if (name.length > LONGEST_COMPARED) return undefined;
  const given = letters(name);
  let nearest: { readonly name: string; readonly rank: number } | undefined;
  for (const one of known) {
    const other = letters(one);
    const between = distance(given, other);
    const isOfOther = isPart(given, other);
    if (!isOfOther && between > Math.max(given.length, other.length) / 3) continue;
    // Of two that are equally far, the one that continues the name is meant.
    const rank = isOfOther ? between - 0.5 : between;
    if (rank < (nearest?.rank ?? Infinity)) nearest = { name: one, rank };
  }
  return nearest?.name;
}

function letters(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

function isPart(one: string, other: string): boolean {
  if (Math.min(one.length, other.length) < SHORTEST_PART) return false;
  return one.includes(other) || other.includes(one);
}

/**
 * Computes how many letters have to be inserted, removed, replaced or swapped with the next (the optimal string
 * alignment distance).
 */
function distance(one: string, other: string): number {
  let [before, row]: [number[], number[]] = [[], Array.from({ length: other.length + 1 }, (_, at) => at)];
  for (let line = 1; line <= one.length; line += 1) {
    const next = [line];
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[line - 1] === other[column - 1];
      const isSwap = one[line - 1] === other[column - 2] && one[line - 2] === other[column - 1];
      const replaced = (row[column - 1] ?? 0) + (isSame ? 0 : 1);
      const swapped = isSwap ? (before[column - 2] ?? 0) + 1 : Infinity;
      next.push(Math.min((next[column - 1] ?? 0) + 1, (row[column] ?? 0) + 1, replaced, swapped));
    }
    [before, row] = [row, next];
  }
  return row[other.length] ?? 0;
}
