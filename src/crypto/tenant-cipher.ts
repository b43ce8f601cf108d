import type { KeyObject } from 'node:crypto';
import type { Binding } from './binding.js';
import { openEnvelope, sealEnvelope } from './envelope.js';
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

  private requireTenant({ tenantId }: Binding): void {
    if (tenantId !== this.tenantId) throw new TypeError('The binding names another tenant than the cipher');
  }
}
