import { inspect } from 'node:util';
import { generationOf } from './envelope.js';

const SHOWN = '[sealed]';

/**
 * A value as it is stored: bytes that only a keyring opens. It keeps the bytes that it came with, so that an entity
 * that was not changed is not encrypted again, and prints as `[sealed]` wherever something tries to show it.
 */
export class SealedValue {
  readonly #bytes: Buffer;

  private constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** @throws DecryptionError when the bytes are no envelope of a known format */
  static fromBytes(bytes: Buffer): SealedValue {
    generationOf(bytes);
    return new SealedValue(bytes);
  }

  /** The envelope, as docs/envelope-format.md describes it. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** The generation of the tenant's key that it was sealed under. */
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
