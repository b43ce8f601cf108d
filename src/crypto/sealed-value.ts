import { inspect } from 'node:util';
import type { Binding } from './binding.js';
import { ENVELOPE_OVERHEAD_BYTES, generationOf } from './envelope.js';
import type { SecretValue } from './secret-value.js';
import type { TenantCipher } from './tenant-cipher.js';

const SHOWN = '[sealed]';

/** Holds a value in clear, with what it will be sealed for and by. */
interface Unsealed {
  readonly cipher: TenantCipher;
  readonly binding: Binding;
  readonly value: SecretValue;
}

/**
 * Holds a value of a sealed column: either the envelope that the column has, or a value that is bound to its row and
 * its cipher and is sealed when the column transformer writes it. It keeps the bytes of its envelope, so that an
 * unchanged entity is not encrypted again, and prints as `[sealed]` wherever something tries to show it.
 */
export class SealedValue {
  #content: Buffer | Unsealed;

  private constructor(content: Buffer | Unsealed) {
    this.#content = content;
  }

  /** Binds a value in clear to its row and its cipher. The clear text stays in memory until the value is sealed. */
  static of(cipher: TenantCipher, binding: Binding, value: SecretValue): SealedValue {
    return new SealedValue({ cipher, binding, value });
  }

  /** @throws DecryptionError when the bytes are no envelope of a known format */
  static fromBytes(bytes: Buffer): SealedValue {
    generationOf(bytes);
    return new SealedValue(bytes);
  }

  /**
   * Returns the envelope (docs/envelope-format.md). The first call seals the value and forgets the clear text; each
   * later call returns the same bytes, so that a repeated statement stores the same.
   * @throws RangeError for a text with a lone surrogate
   */
  get bytes(): Buffer {
    if (Buffer.isBuffer(this.#content)) return this.#content;
    const { cipher, binding, value } = this.#content;
    return (this.#content = cipher.seal(binding, value));
  }

  /** Returns how many bytes the envelope has, without sealing. */
  get size(): number {
    if (Buffer.isBuffer(this.#content)) return this.#content.length;
    return ENVELOPE_OVERHEAD_BYTES + Buffer.byteLength(this.#content.value.text, 'utf8');
  }

  /** Returns the generation of the tenant's key that it is sealed under. */
  get generation(): number {
    return Buffer.isBuffer(this.#content) ? generationOf(this.#content) : this.#content.cipher.generation;
  }

  /**
   * Opens the value with the binding that the caller asked for.
   * @throws DecryptionError when it was sealed for anything else, or altered
   */
  open(cipher: TenantCipher, binding: Binding): SecretValue {
    return cipher.open(binding, this.bytes);
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
