import { printable } from '../printable.js';

const MOST_NAMED = 5;

/** Returns a list of names for one line: the first of them, and how many more there are. */
export function shortList(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  const shown = names.slice(0, MOST_NAMED).map((name) => printable(name));
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
