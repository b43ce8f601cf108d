import { hash } from 'node:crypto';

/** Matches visible ASCII without `%`, in which only capitals have a second form. */
const PLAIN = /^[!-$&-~]*$/;

/**
 * Returns the form of a name under which guesses are counted: variants of case, width, composition, percent-encoding,
 * white space and invisible characters share one counter. A login still needs the name as it is stored.
 */
export function normaliseLoginName(name: string): string {
  if (PLAIN.test(name)) return name.toLowerCase();
  return percentDecoded(name)
    .normalize('NFKC')
    .replace(/[\p{Default_Ignorable_Code_Point}\p{Cf}\s]/gu, '')
    .toLowerCase();
}

/** Returns the SHA-256 of the normalised name: 32 bytes, so that the text that was typed is not stored. */
export function loginNameKey(name: string): Buffer {
  return hash('sha256', normaliseLoginName(name).toWellFormed(), 'buffer');
}

function percentDecoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
