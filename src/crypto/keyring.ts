import type { Binding } from './binding.js';
import { UnknownKeyError } from './crypto-errors.js';
import { generationOfCursor } from './sealed-cursor.js';
import type { RootKeys } from './root-keys.js';
import type { SealedValue } from './sealed-value.js';
import type { SecretValue } from './secret-value.js';
import { TenantCipher } from './tenant-cipher.js';
import type { TenantKeyStore, WrappedTenantKey } from './tenant-key-store.js';

export interface KeyringOptions {
  /** The number of unwrapped tenant keys to cache; the least recently used are evicted first. */
  readonly maxCachedKeys?: number;
  /** The time for which a tenant's active generation is cached before the store is asked again. */
  readonly activeMilliseconds?: number;
}

/** Caches a tenant's active cipher until a time of the monotonic clock, in milliseconds. */
interface ActiveCipher {
  readonly cipher: Promise<TenantCipher>;
  readonly until: number;
}

/**
 * Unwraps tenants' keys and returns ciphers that use them, never the keys themselves. A new generation of a tenant's
 * key takes effect for sealing within `activeMilliseconds` (a minute); old generations can still be opened.
 */
export class Keyring {
  private readonly ciphers = new Map<string, Promise<TenantCipher>>();
  private readonly active = new Map<string, ActiveCipher>();
  private readonly maxCachedKeys: number;
  private readonly activeMilliseconds: number;
  private unwrapped = 0;

  constructor(
    private readonly rootKeys: RootKeys,
    private readonly store: TenantKeyStore,
    { maxCachedKeys = 1000, activeMilliseconds = 60_000 }: KeyringOptions = {},
  ) {
    this.maxCachedKeys = maxCachedKeys;
    this.activeMilliseconds = activeMilliseconds;
  }

  /** Counts the keys that are held unwrapped. */
  get cachedKeys(): number {
    return this.ciphers.size;
  }

  /** Counts the keys that were unwrapped. */
  get unwraps(): number {
    return this.unwrapped;
  }

  /**
   * Returns the cipher that seals a tenant's new values.
   * @throws UnknownKeyError when the tenant has no key, DecryptionError when its key cannot be unwrapped
   * @throws Unavailable when the store cannot be reached
   */
  cipher(tenantId: string): Promise<TenantCipher> {
    const known = this.active.get(tenantId);
    if (known !== undefined && known.until > performance.now()) return known.cipher;
    this.active.delete(tenantId);
    const cipher = this.findActive(tenantId);
    const active = { cipher, until: performance.now() + this.activeMilliseconds };
    this.active.set(tenantId, active);
    cipher.catch(() => {
      if (this.active.get(tenantId) === active) this.active.delete(tenantId);
    });
    evict(this.active, this.maxCachedKeys);
    return cipher;
  }

  /**
   * Opens a value with the binding that the caller asked for, under the generation that its envelope names.
   * @throws DecryptionError when the value was sealed for another binding, or altered
   * @throws UnknownKeyError when that generation does not exist
   * @throws Unavailable when the store cannot be reached
   */
  async open(sealed: SealedValue, binding: Binding): Promise<SecretValue> {
    return sealed.open(await this.cipherOf(binding.tenantId, sealed.generation), binding);
  }

  /**
   * Opens a place that the tenant's cipher sealed, under the generation that it names.
   * @throws DecryptionError when it was sealed for another tenant or purpose, or altered
   * @throws UnknownKeyError when that generation does not exist
   * @throws Unavailable when the store cannot be reached
   */
  async openCursor(tenantId: string, purpose: string, bytes: Buffer): Promise<Buffer> {
    const cipher = await this.cipherOf(tenantId, generationOfCursor(bytes));
    return cipher.openCursor(purpose, bytes);
  }

  private async findActive(tenantId: string): Promise<TenantCipher> {
    const found = await this.store.findActive(tenantId);
    if (found === undefined) throw new UnknownKeyError('The tenant has no key');
    return this.cipherOf(tenantId, found.generation, found);
  }

  /** Returns the cached cipher of a generation. Concurrent calls share one unwrapping; failures are not cached. */
  private cipherOf(tenantId: string, generation: number, found?: WrappedTenantKey): Promise<TenantCipher> {
    const name = `${tenantId}/${generation}`;
    const known = this.ciphers.get(name);
    this.ciphers.delete(name);
    const cipher = known ?? this.unwrap(tenantId, generation, found);
    this.ciphers.set(name, cipher);
    if (known === undefined) {
      cipher.catch(() => {
        if (this.ciphers.get(name) === cipher) this.ciphers.delete(name);
      });
      evict(this.ciphers, this.maxCachedKeys);
    }
    return cipher;
  }

  private async unwrap(
    tenantId: string,
    generation: number,
    known: WrappedTenantKey | undefined,
  ): Promise<TenantCipher> {
    const found = known ?? (await this.store.find(tenantId, generation));
    if (found === undefined) throw new UnknownKeyError(`The tenant has no key of generation ${generation}`);
    const key = this.rootKeys.unwrap(found.rootKeyId, tenantId, generation, found.wrapped);
    this.unwrapped += 1;
    return new TenantCipher(tenantId, generation, key);
  }
}

/** Evicts the oldest entries of a map that has more than `maxEntries`. */
function evict(map: Map<string, unknown>, maxEntries: number): void {
  for (const name of map.keys()) {
    if (map.size <= maxEntries) return;
    map.delete(name);
  }
}
