import { MOST_LINE_BYTES } from './export-line.js';

const LINE_FEED = 0x0a;

/** Holds lines that were read together, without their line feeds. */
export interface Lines {
  readonly lines: readonly Buffer[];
  /** Bytes after the last line feed of the file; undefined before its end, and where there are none. */
  readonly unterminated?: Buffer;
}

/**
 * Splits a stream into lines, keeping only the one that is not complete. Only a line feed ends a line. Stops after a
 * line that is too long, and gives of it what was read.
 */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Lines> {
  let [rest, length]: [Buffer[], number] = [[], 0];
  for await (const chunk of chunks) {
    const lines: Buffer[] = [];
    let begin = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, begin)) {
      const tail = chunk.subarray(begin, end);
      lines.push(rest.length === 0 ? tail : Buffer.concat([...rest, tail]));
      [rest, length, begin] = [[], 0, end + 1];
    }
    if (begin < chunk.length) {
      rest.push(chunk.subarray(begin));
      length += chunk.length - begin;
    }
    const isTooLong = length > MOST_LINE_BYTES;
    yield { lines: isTooLong ? [...lines, Buffer.concat(rest)] : lines };
    if (isTooLong) return;
  }
  if (length > 0) yield { lines: [], unterminated: Buffer.concat(rest) };
}
