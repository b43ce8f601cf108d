import type { KeyObject } from 'node:crypto';
import type { Binding } from './binding.js';
import { UnknownKeyError } from './crypto-errors.js';
import { openEnvelope, sealEnvelope } from './envelope.js';
import type { RootKeys } from './root-keys.js';
import { SealedValue } from './sealed-value.js';
import type { SecretValue } from './secret-value.js';
import type { TenantKeyStore } from './tenant-key-store.js';

export interface KeyringOptions {
  /** Limits how many unwrapped tenant keys are cached; the least recently used are removed first. */
  readonly maxCachedKeys?: number;
}

/** Seals and opens values under tenants' keys, which never leave it. */
export class Keyring {
  private readonly cache = new Map<string, Promise<KeyObject>>();
  private readonly maxCachedKeys: number;

  constructor(
    private readonly rootKeys: RootKeys,
    private readonly store: TenantKeyStore,
    { maxCachedKeys = 1000 }: KeyringOptions = {},
  ) {
    this.maxCachedKeys = maxCachedKeys;
  }

  /**
   * Seals a value so that it opens for this binding only.
   * @param generation of the tenant's key
   * @throws UnknownKeyError, DecryptionError when that key does not exist or does not unwrap
   */
  async seal(value: SecretValue, binding: Binding, generation: number): Promise<SealedValue> {
    const key = await this.tenantKey(binding.tenantId, generation);
    return SealedValue.fromBytes(sealEnvelope(key, generation, binding, value));
  }

  /**
   * Opens a value with the binding that the caller asked for, never with one read from the row.
   * @throws DecryptionError when it was sealed for another binding, or altered
   * @throws UnknownKeyError when the generation that it names is unknown
   */
  async open(sealed: SealedValue, binding: Binding): Promise<SecretValue> {
    const key = await this.tenantKey(binding.tenantId, sealed.generation);
    return openEnvelope(key, binding, sealed.bytes);
  }

  /** Unwraps a tenant's key, once for concurrent calls; a failure is not cached. */
  private tenantKey(tenantId: string, generation: number): Promise<KeyObject> {
    const name = `${tenantId}/${generation}`;
    const known = this.cache.get(name);
    this.cache.delete(name);
    const key = known ?? this.unwrap(tenantId, generation);
    this.cache.set(name, key);
    if (known === undefined) {
      key.catch(() => {
        if (this.cache.get(name) === key) this.cache.delete(name);
      });
      this.evict();
    }
    return key;
  }

  private evict(): void {
    for (const name of this.cache.keys()) {
      if (this.cache.size <= this.maxCachedKeys) return;
      this.cache.delete(name);
    }
  }

  private async unwrap(tenantId: string, generation: number): Promise<KeyObject> {
    const found = await this.store.find(tenantId, generation);
    if (found === undefined) throw new UnknownKeyError(`The tenant has no key of generation ${generation}`);
    return this.rootKeys.unwrap(found.rootKeyId, tenantId, generation, found.wrapped);
  }
}
