import { hash } from 'node:crypto';

/** Visible ASCII but `%`: nothing of it has another form but its capitals. */
const PLAIN = /^[!-$&-~]*$/;

/**
 * The form of a name under which guesses are counted: variants of case, width, composition, percent-encoding, white
 * space and invisible characters share one counter. Who logs in is still decided by the name as given.
 */
export function normaliseLoginName(name: string): string {
  if (PLAIN.test(name)) return name.toLowerCase();
  return percentDecoded(name)
    .normalize('NFKC')
    .replace(/[\p{Default_Ignorable_Code_Point}\p{Cf}\s]/gu, '')
    .toLowerCase();
}

/** The SHA-256 of the normalised name: 32 bytes, so that what was typed is not kept. */
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
