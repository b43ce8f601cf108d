import { MOST_LINE_BYTES } from '../export-file/export-line.js';

/** Lists what files often are instead, by how they begin. */
const BEGINNINGS: readonly (readonly [Buffer, string])[] = [
  [Buffer.of(0x1f, 0x8b), 'begins compressed data: decompress the file first'],
  [Buffer.of(0x28, 0xb5, 0x2f, 0xfd), 'begins compressed data: decompress the file first'],
  [Buffer.of(0xef, 0xbb, 0xbf), 'begins with a byte order mark, which the export did not have'],
  [Buffer.of(0xff, 0xfe), 'is UTF-16: the file was converted, and must be exported again'],
];

/** Says what is wrong with a line that is neither an event nor a line of the format. */
export function unreadable(line: Buffer, wanted = 'an event or a line of the format'): string {
  if (line.length > MOST_LINE_BYTES) return 'is longer than any line of an export';
  const known = BEGINNINGS.find(([bytes]) => line.subarray(0, bytes.length).equals(bytes));
  if (known !== undefined) return known[1];
  if (line.at(-1) === 0x0d) return 'ends with CR LF: the line ends of the file were converted';
  return line.length === 0 ? 'is empty' : `is not ${wanted} of an export of the audit trail`;
}
