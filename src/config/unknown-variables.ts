import { nearestName } from '../common/nearest-name.js';
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
      const nearest = nearestName(name, known);
      const hint = nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
      return `${printable(name)} is not a variable of Strongroom${hint}`;
    });
}
