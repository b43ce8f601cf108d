import { nearestName } from '../common/names/nearest-name.js';
import { printable } from '../common/printable.js';
import { knownNames } from './variables.js';

const PREFIX = 'STRONGROOM_';

/**
 * Returns a message for each STRONGROOM_ name that the service does not know: a typing error would otherwise be ignored
 * silently.
 */
export function unknownVariables(environment: NodeJS.ProcessEnv): string[] {
  const known = knownNames();
  return Object.keys(environment)
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name) && environment[name] !== '')
    .map((name) => {
      const nearest = nearestVariable(name, known);
      const hint = nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
      return `${printable(name)} is not a variable of Strongroom${hint}`;
    });
}

/**
 * Compares the names without their prefix, which would make all of them alike. Some have none: PORT is meant by
 * STRONGROOM_PROT.
 */
function nearestVariable(name: string, known: readonly string[]): string | undefined {
  const byShortName = new Map(known.map((one) => [withoutPrefix(one), one]));
  const nearest = nearestName(withoutPrefix(name), byShortName.keys());
  return nearest === undefined ? undefined : byShortName.get(nearest);
}

function withoutPrefix(name: string): string {
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
}
