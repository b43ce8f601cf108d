import { NotFound } from './errors.js';
import { printable } from './printable.js';

/** Returns the error for a name or an id that nothing of that kind has, in the words that clients match. */
export function resourceNotFound(kind: string, id: string): NotFound {
  return new NotFound(`Requested \`${kind}\` with ID \`${printable(id)}\` was not found`);
}
