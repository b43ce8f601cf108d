import { inspect } from 'node:util';
import { generationOf } from './envelope.js';

const SHOWN = '[sealed]';

/**
 * Holds a value as it is stored: bytes that only a keyring opens. It keeps its original bytes, so that an unchanged
 * entity is not encrypted again, and prints as `[sealed]`.
 */
export class SealedValue {
  readonly #bytes: Buffer;

  private constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** @throws DecryptionError when the bytes are not an envelope of a known format */
  static fromBytes(bytes: Buffer): SealedValue {
    generationOf(bytes);
    return new SealedValue(bytes);
  }

  /** Returns the envelope that docs/envelope-format.md describes. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Returns the generation of the tenant's key that it was sealed under. */
  get generation(): number {
    return generationOf(this.#bytes);
  }

  toJSON(): string {
    return SHOWN;
  }

  toString(): string {
    return SHOWN;
  }

  [Symbol.toPrimitive](): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
