import { maskTokens } from './mask-tokens.js';

/** Matches what could break a line or a terminal, or mislead a reader: controls, line and bidirectional marks. */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]/gu;
const UNSAFE_OR_QUOTE = /[\p{C}\p{Zl}\p{Zp}"\\]/gu;

/**
 * Makes text from outside fit for a message or a log line: without the secret part of a token, escaped as in JSON, and
 * limited to `max` characters.
 */
export function printable(outside: string, max = 80): string {
  const text = maskTokens(outside);
  if (text.length <= max && text.search(UNSAFE_OR_QUOTE) < 0) return text;
  const characters = Array.from(text.slice(0, max * 2 + 2));
  const cut = characters.length > max || text.length > max * 2 + 2;
  const shown = characters.slice(0, max).join('').replace(UNSAFE_OR_QUOTE, escape);
  return cut ? `${shown}…` : shown;
}

function escape(character: string): string {
  return character === '"' || character === '\\' ? `\\${character}` : unicodeEscape(character);
}

/** Escapes as in JSON what JSON leaves as it is but what could mislead a reader; text that is JSON keeps its meaning. */
export function escapeUnsafe(text: string): string {
  return text.replace(UNSAFE, unicodeEscape);
}

/** Returns a character as JSON escapes it, each of its UTF-16 units as `\u` and four digits. */
function unicodeEscape(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');
}
