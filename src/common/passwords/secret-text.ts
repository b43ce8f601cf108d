/** Holds the text of a secret, or what is wrong with it, as the end of a sentence. Neither repeats the secret. */
export type SecretText = { readonly text: string } | { readonly problem: string };

/**
 * Names the form of a secret: a `line`, or a `list` of items with white space between, whose reader ignores the white
 * space.
 */
export type SecretForm = 'line' | 'list';

/** Matches what editors and shells leave at the ends of a text, and nobody types there. */
const EDGE = /^[\s\p{Cc}\p{Cf}]|[\s\p{Cc}\p{Cf}]$/u;

/** Matches what ends a line, cannot be typed, or replaced a character that could not be decoded. */
const UNTYPABLE = /[\p{Cc}\p{Zl}\p{Zp}\ufffd]/u;

/**
 * Reads a secret from a file, a stream or a variable. A byte order mark at the beginning and one line end at the end
 * of a line are dropped. Anything else that would make a secret which nobody can type is a problem.
 */
export function secretTextOf(bytes: Buffer, form: SecretForm): SecretText {
  if (/^(?:\xff\xfe|\xfe\xff)/.test(bytes.toString('latin1', 0, 2)) || hasUtf16Shape(bytes))
    return { problem: 'is in UTF-16: save it in UTF-8' };
  if (bytes.includes(0)) return { problem: 'contains NUL characters: save it as plain text' };
  const decoded = decode(bytes);
  if (decoded === undefined) return { problem: 'is not in UTF-8: save it in UTF-8' };
  const text = decoded.replace(/\r?\n$/, '');
  if (text.trim() === '') return { problem: 'is empty' };
  if (form === 'list') return { text: decoded };
  if (/[\r\n]/.test(text)) return { problem: 'has more than one line: give the secret alone, on one line' };
  if (EDGE.test(text)) return { problem: 'begins or ends with a blank or an invisible character: remove it' };
  if (UNTYPABLE.test(text)) return { problem: 'contains control characters: remove them' };
  return { text };
}

/** Tells whether every second byte is NUL, as in ASCII text in UTF-16 without a byte order mark. */
function hasUtf16Shape(bytes: Buffer): boolean {
  if (bytes.length === 0 || bytes.length % 2 === 1) return false;
  return [0, 1].some((parity) => bytes.every((byte, index) => index % 2 !== parity || byte === 0));
}

/** Decodes UTF-8 and drops a byte order mark. */
function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
