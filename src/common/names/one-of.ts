import { nearestName } from './nearest-name.js';

/**
 * Says which texts are allowed, as the end of a sentence, and which one was probably meant.
 * @param given is never repeated
 */
export function mustBeOneOf(allowed: readonly string[], given?: unknown): string {
  const nearest = typeof given === 'string' ? nearestName(given, allowed) : undefined;
  const hint = nearest === undefined ? '' : `; did you mean \`${nearest}\`?`;
  return `must be one of ${allowed.join(', ')}${hint}`;
}
