import { printable } from '../common/printable.js';
import { knownNames } from './variables.js';

/**
 * Returns a message for each STRONGROOM_ name that the service does not know: a typing error would otherwise be ignored
 * silently.
 */
export function unknownVariables(environment: NodeJS.ProcessEnv): string[] {
  const known = knownNames();
  return Object.keys(environment)
    .filter((name) => name.startsWith('STRONGROOM_') && !known.includes(name) && environment[name] !== '')
    .map((name) => {
      const nearest = nearestTo(name, known);
      return `${printable(name)} is not a variable of Strongroom (did you mean ${nearest}?)`;
    });
}

function nearestTo(name: string, known: readonly string[]): string {
  return known.reduce((best, other) => (distance(other, name) < distance(best, name) ? other : best));
}

/** Computes the Levenshtein distance. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, character] of Array.from(one).entries()) {
    const next = [index + 1];
    for (let column = 1; column <= other.length; column += 1) {
      const cost = character === other[column - 1] ? 0 : 1;
      next.push(Math.min((next[column - 1] ?? 0) + 1, (row[column] ?? 0) + 1, (row[column - 1] ?? 0) + cost));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
