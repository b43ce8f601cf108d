import { nearestName } from './nearest-name.js';
import { printable } from '../printable.js';

/** Limits the characters of a name that a message repeats. */
const LONGEST_SHOWN = 64;

/**
 * Says that a name is unknown, and which known one was probably meant.
 * @param others what to add where none is near
 */
export function unknownName(
  what: string,
  name: string,
  known: Iterable<string>,
  others = listOf([...known]),
): string {
  const nearest = nearestName(name, known);
  const hint = nearest === undefined ? others : `; did you mean \`${nearest}\`?`;
  return `Unknown ${what} "${printable(name, LONGEST_SHOWN)}"${hint}`;
}

function listOf(known: readonly string[]): string {
  if (known.length === 0) return ': this request takes none';
  return `; known are ${known.map((one) => `\`${one}\``).join(', ')}`;
}
