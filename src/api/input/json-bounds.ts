import { TooLarge } from '../../common/errors.js';

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

export interface JsonLimits {
  /** Values in arrays and objects, and those themselves. */
  readonly values: number;
  readonly depth: number;
}

/**
 * Bounds what JSON costs once it is parsed, while its bytes arrive: a few of them can stand for a value that takes a
 * hundred. What is no JSON is counted as if it were.
 */
export class JsonBounds {
  private values = 0;
  private depth = 0;
  private inText = false;
  private escaped = false;

  constructor(private readonly limits: JsonLimits) {}

  /** @throws TooLarge */
  take(bytes: Buffer): void {
    for (const byte of bytes) {
      if (this.inText) this.takeOfText(byte);
      else this.takeOutside(byte);
    }
  }

  private takeOfText(byte: number): void {
    if (this.escaped) this.escaped = false;
    else if (byte === BACKSLASH) this.escaped = true;
    else if (byte === QUOTE) this.inText = false;
  }

  private takeOutside(byte: number): void {
    if (byte === QUOTE) this.inText = true;
    else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) this.depth -= 1;
    else if (byte === COMMA) this.count();
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      this.count();
      this.depth += 1;
      if (this.depth > this.limits.depth)
        throw new TooLarge(`The body nests deeper than ${this.limits.depth} levels`);
    }
  }

  private count(): void {
    this.values += 1;
    if (this.values > this.limits.values)
      throw new TooLarge(`The body holds more than ${this.limits.values} values; send it in parts`);
  }
}
