import { TooLarge } from '../../common/errors.js';

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

export interface JsonLimits {
  /** The number of values, including arrays and objects themselves. */
  readonly values: number;
  readonly depth: number;
}

/**
 * Limits the memory that parsed JSON takes, while its bytes arrive: a few bytes can stand for a value that takes a
 * hundred. Input that is not JSON is counted in the same way.
 */
export class JsonBounds {
  private values = 0;
  private depth = 0;
  private inText = false;
  private escaped = false;

  constructor(private readonly limits: JsonLimits) {}

  /**
   * Counts the values in the next bytes.
   * @throws TooLarge when there are too many values, or they are nested too deeply
   */
  read(bytes: Buffer): void {
    for (let place = 0; place < bytes.length; place += 1) {
      const byte = bytes[place] ?? 0;
      if (this.inText) this.readInText(byte);
      else this.readOutsideText(byte);
    }
  }

  private readInText(byte: number): void {
    if (this.escaped) this.escaped = false;
    else if (byte === BACKSLASH) this.escaped = true;
    else if (byte === QUOTE) this.inText = false;
  }

  private readOutsideText(byte: number): void {
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
