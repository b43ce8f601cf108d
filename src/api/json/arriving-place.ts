import { isAscii } from 'node:buffer';
import { START, type Place } from './json-fault.js';

const NEWLINE = 0x0a;

/** Knows the place in a document whose bytes arrive in chunks. */
export class ArrivingPlace {
  private line = START.line;
  private column = START.column;
  private counted = 0;
  /** True if each byte of the present chunk is a character of the present line. */
  private isPlain = false;

  /** Begins a chunk. */
  begin(chunk: Buffer): void {
    this.counted = 0;
    this.isPlain = isAscii(chunk) && !chunk.includes(NEWLINE);
  }

  /** Returns the place of a byte of the present chunk. Must be asked in the order of the bytes. */
  of(chunk: Buffer, end: number): Place {
    if (this.isPlain) this.column += end - this.counted;
    else this.count(chunk, end);
    this.counted = end;
    return { line: this.line, column: this.column };
  }

  private count(chunk: Buffer, end: number): void {
    let { line, column } = this;
    for (let { counted } = this; counted < end; counted += 1) {
      const byte = chunk[counted] ?? 0;
      if (byte === NEWLINE) {
        line += 1;
        column = 1;
        // A character of UTF-8 has one byte that does not continue another.
      } else if ((byte & 0xc0) !== 0x80) column += 1;
    }
    this.line = line;
    this.column = column;
  }
}
