import { BadParameters } from '../../common/errors.js';
import type { SplitJson } from '../json/json-members.js';

type Held = Pick<SplitJson, 'holdsHalf' | 'holdsNul'>;

/**
 * Refuses JSON whose texts the database cannot hold.
 * @param what names the field in the message
 * @throws BadParameters
 */
export function requireStorableJson(json: Held, what: string): void {
  requireWholeCharacters(json, what);
  if (json.holdsNul)
    throw new BadParameters(`\`${what}\` holds the character U+0000, which cannot be stored`);
}

/**
 * Refuses JSON whose texts are not Unicode. U+0000 passes: it can be in a text that is sealed, or stays JSON.
 * @param what names the field in the message
 * @throws BadParameters
 */
export function requireWholeCharacters({ holdsHalf }: Held, what: string): void {
  if (holdsHalf) throw new BadParameters(`\`${what}\` holds half of a character (a lone surrogate)`);
}

/**
 * Refuses a text that the database cannot hold.
 * @param what names the parameter in the message
 * @throws BadParameters
 */
export function requireStorableText(text: string, what: string): void {
  requireStorableJson({ holdsHalf: !text.isWellFormed(), holdsNul: text.includes('\u0000') }, what);
}
