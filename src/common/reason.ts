import type { IncomingHttpHeaders } from 'node:http';
import { BadParameters } from './errors.js';
import { maskTokens } from './mask-tokens.js';

/** Names the header in which a caller says why a request is made. */
export const REASON_HEADER = 'X-Reason';

/** Limits a reason, in characters. */
export const LONGEST_REASON = 512;

/** Matches what could break a line or a terminal, or show a text in another order than it has. */
const UNSAFE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

const utf8 = new TextDecoder('utf-8', { fatal: true });

type Headers = Pick<IncomingHttpHeaders, string>;

/**
 * Returns the reason that a request gives, without the secret part of a token; undefined for none, and for one that
 * `requireReason` refuses.
 */
export function reasonOf(headers: Headers): string | undefined {
  const header = headers['x-reason'];
  if (header === undefined) return undefined;
  const read = readReason(header);
  return 'text' in read && read.text !== '' ? read.text : undefined;
}

/** @throws BadParameters for a reason that is too long, is not UTF-8 or has control characters */
export function requireReason(headers: Headers): void {
  const header = headers['x-reason'];
  if (header === undefined) return;
  const read = readReason(header);
  if ('problem' in read) throw new BadParameters(`The header \`${REASON_HEADER}\` ${read.problem}`);
}

function readReason(header: string | string[]): { text: string } | { problem: string } {
  const text = decoded([header].flat().join(', '));
  return text === undefined ? { problem: 'must be UTF-8' } : checkedReason(text);
}

/** Returns a reason as it is recorded, or what is wrong with it, which follows the name of where it came from. */
export function checkedReason(given: string): { text: string } | { problem: string } {
  const text = given.trim();
  const { length } = Array.from(text);
  if (length > LONGEST_REASON)
    return { problem: `can be at most ${LONGEST_REASON} characters long; ${length} came` };
  if (UNSAFE.test(text)) return { problem: 'must not contain control characters or line breaks' };
  return { text: maskTokens(text) };
}

/** Returns the text of a header, of whose bytes Node.js makes a character each; undefined if they are not UTF-8. */
function decoded(header: string): string | undefined {
  try {
    return utf8.decode(Buffer.from(header, 'latin1'));
  } catch {
    return undefined;
  }
}
