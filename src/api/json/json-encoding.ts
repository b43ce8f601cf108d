import { isUtf8 } from 'node:buffer';
import { JsonFault, placeAt, START, subjectOf, type JsonSource } from './json-fault.js';

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Counts the bytes from which `encodingOf` can tell the encoding. */
export const ENCODING_BYTES = 4;

/**
 * Returns how many bytes of a byte order mark a document begins with, which stands for nothing (RFC 8259, section 8.1).
 * @param head the first four bytes of the document, or all if it is shorter
 * @throws JsonFault for UTF-16 and UTF-32, which that section does not allow
 */
export function markLength(head: Buffer, source: JsonSource): number {
  if (isWide(head)) {
    throw new JsonFault(subjectOf(source), 'is in UTF-16 or UTF-32', undefined, 'send UTF-8');
  }
  return head.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
}

/** Tells whether text begins in UTF-16 or UTF-32: with its mark, or with a NUL, which no JSON in UTF-8 has there. */
function isWide([first, second]: Buffer): boolean {
  const hasMark = (first === 0xfe && second === 0xff) || (first === 0xff && second === 0xfe);
  return hasMark || first === 0 || second === 0;
}

/**
 * Decodes a whole document, without its byte order mark.
 * @throws JsonFault for bytes that are not UTF-8
 */
export function decodeDocument(bytes: Buffer, source: JsonSource): string {
  const length = markLength(bytes.subarray(0, ENCODING_BYTES), source);
  return decode(length === 0 ? bytes : bytes.subarray(length), source);
}

/**
 * Decodes bytes as UTF-8.
 * @throws JsonFault for bytes that are not
 */
export function decode(bytes: Buffer, source: JsonSource): string {
  const text = bytes.toString('utf8');
  // Decoding replaces what is not UTF-8.
  if (!text.includes('\ufffd') || isUtf8(bytes)) return text;
  const place = placeAt(text, brokenAt(bytes, text), source.place ?? START);
  throw new JsonFault(source.document, 'is not in UTF-8', place, 'perhaps it is in Latin-1; send UTF-8');
}

/** Returns the offset of the first replacement in a decoded text that does not stand for itself. */
function brokenAt(bytes: Buffer, text: string): number {
  const replacement = Buffer.from('\ufffd');
  let [offset, place] = [0, 0];
  for (;;) {
    const next = text.indexOf('\ufffd', offset);
    place += Buffer.byteLength(text.slice(offset, next));
    if (next === -1 || !bytes.subarray(place, place + 3).equals(replacement)) return next;
    [offset, place] = [next + 1, place + 3];
  }
}
