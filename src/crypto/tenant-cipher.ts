import type { KeyObject } from 'node:crypto';
import type { Binding } from './binding.js';
import { openEnvelope, sealEnvelope } from './envelope.js';
import { openCursor, sealCursor } from './sealed-cursor.js';
import type { SecretValue } from './secret-value.js';

/**
 * Seals and opens values under one generation of a tenant's key, without waiting. The keyring makes it; the key stays
 * inside.
 */
export class TenantCipher {
  readonly #key: KeyObject;

  constructor(
    readonly tenantId: string,
    readonly generation: number,
    key: KeyObject,
  ) {
    this.#key = key;
  }

  /**
   * Returns a new envelope (docs/envelope-format.md) that opens for this binding only.
   * @throws TypeError for a binding of another tenant
   * @throws RangeError for a text with a lone surrogate
   */
  seal(binding: Binding, value: SecretValue): Buffer {
    this.requireTenant(binding);
    return sealEnvelope(this.#key, this.generation, binding, value);
  }

  /**
   * Opens an envelope with the binding that the caller asked for, never with what the row says of itself.
   * @throws TypeError for a binding of another tenant
   * @throws DecryptionError when the envelope was sealed for anything else, or altered
   */
  open(binding: Binding, bytes: Buffer): SecretValue {
    this.requireTenant(binding);
    return openEnvelope(this.#key, binding, bytes);
  }

  /**
   * Seals the place that a caller has reached, so that it can be given out: it cannot be read or changed, and two of the
   * same place are not alike.
   * @param purpose tells the cursors of one list from those of another
   */
  sealCursor(purpose: string, place: Buffer): Buffer {
    return sealCursor(this.#key, this.generation, [this.tenantId, purpose], place);
  }

  /**
   * Opens a sealed place.
   * @throws DecryptionError when it was sealed for another tenant or purpose, or altered
   */
  openCursor(purpose: string, bytes: Buffer): Buffer {
    return openCursor(this.#key, [this.tenantId, purpose], bytes);
  }

  private requireTenant({ tenantId }: Binding): void {
    if (tenantId !== this.tenantId) throw new TypeError('The binding names another tenant than the cipher');
  }
}
