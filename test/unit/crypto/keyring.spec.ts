import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { DecryptionError, UnknownKeyError } from '../../../src/crypto/crypto-errors.js';
import { Keyring } from '../../../src/crypto/keyring.js';
import { RootKeys } from '../../../src/crypto/root-keys.js';
import { SealedValue } from '../../../src/crypto/sealed-value.js';
import type { TenantKeyStore, WrappedTenantKey } from '../../../src/crypto/tenant-key-store.js';

const ROOT = createHash('sha256').update('strongroom unit tests: root').digest('base64');
const OTHER = createHash('sha256').update('strongroom unit tests: other').digest('base64');
const rootKeys = RootKeys.parse(`r1:${ROOT} r2:${OTHER}`);
const tenantOf = (number: number): string => `018f3c5e-7a10-7b21-8c32-${String(number).padStart(12, '0')}`;
const bindingOf = (tenant: number) => ({
  tenantId: tenantOf(tenant),
  secretId: '018f3c60-1111-7222-8333-944455556666',
  key: 'k',
  version: 1,
});
const VALUE = { format: 'json', text: '{"a":1}' } as const;

/** Stores wrapped keys in memory, counts the look-ups, and fails or waits when a test requires it. */
class Store implements TenantKeyStore {
  readonly asked: string[] = [];
  readonly rows = new Map<string, WrappedTenantKey>();
  /** The active generation by the tenant's number; 1 by default. */
  readonly active = new Map<number, number>();
  before: (() => Promise<void>) | undefined;

  add(tenant: number, generation: number): void {
    const tenantId = tenantOf(tenant);
    const wrapped = rootKeys.newTenantKey('r1', tenantId, generation);
    this.rows.set(`${tenantId}/${generation}`, { tenantId, generation, rootKeyId: 'r1', wrapped });
  }

  alter(tenant: number, generation: number, change: Partial<WrappedTenantKey>): void {
    const name = `${tenantOf(tenant)}/${generation}`;
    this.rows.set(name, { ...this.rows.get(name)!, ...change });
  }

  async find(tenantId: string, generation: number): Promise<WrappedTenantKey | undefined> {
    this.asked.push(`${Number(tenantId.slice(-12))}/${generation}`);
    await this.before?.();
    return this.rows.get(`${tenantId}/${generation}`);
  }

  async findActive(tenantId: string): Promise<WrappedTenantKey | undefined> {
    const tenant = Number(tenantId.slice(-12));
    this.asked.push(`${tenant}/active`);
    await this.before?.();
    return this.rows.get(`${tenantId}/${this.active.get(tenant) ?? 1}`);
  }
}

let store: Store;
let keyring: Keyring;

beforeEach(() => {
  store = new Store();
  for (const tenant of [1, 2, 3]) for (const generation of [1, 2]) store.add(tenant, generation);
  keyring = new Keyring(rootKeys, store, { activeMilliseconds: 0 });
});

/** Seals under a generation, which the store then reports as active. */
async function seal(tenant: number, generation = 1): Promise<SealedValue> {
  store.active.set(tenant, generation);
  return SealedValue.of(await keyring.cipher(tenantOf(tenant)), bindingOf(tenant), VALUE);
}

describe('Keyring', () => {
  it('opens what it sealed, and seals anew each time', async () => {
    const [one, two] = [await seal(1), await seal(1)];
    expect(one.bytes.equals(two.bytes)).toBe(false);
    expect(await keyring.open(one, bindingOf(1))).toEqual(VALUE);
    expect(await keyring.open(two, bindingOf(1))).toEqual(VALUE);
  });

  it('seals under the active generation and opens under the one that the envelope names', async () => {
    const [old, current] = [await seal(1, 1), await seal(1, 2)];
    expect([old.generation, current.generation]).toEqual([1, 2]);
    expect(await keyring.open(old, bindingOf(1))).toEqual(VALUE);
    expect(await keyring.open(current, bindingOf(1))).toEqual(VALUE);
  });

  it.each([
    ['tenant', bindingOf(2)],
    ['secret', { ...bindingOf(1), secretId: tenantOf(9) }],
    ['key', { ...bindingOf(1), key: 'K' }],
    ['version', { ...bindingOf(1), version: 2 }],
  ])('does not open for another %s', async (_what, binding) => {
    await expect(keyring.open(await seal(1), binding)).rejects.toThrow(DecryptionError);
  });

  it('does not open under the key of another generation', async () => {
    const bytes = Buffer.from((await seal(1)).bytes);
    bytes.writeUInt32BE(2, 1);
    await expect(keyring.open(SealedValue.fromBytes(bytes), bindingOf(1))).rejects.toThrow(DecryptionError);
  });

  it('knows no key that the store does not know', async () => {
    const unknown = new UnknownKeyError('The tenant has no key of generation 9');
    await expect(seal(1, 9)).rejects.toThrow(new UnknownKeyError('The tenant has no key'));
    await expect(seal(8, 1)).rejects.toThrow(UnknownKeyError);
    const bytes = Buffer.from((await seal(1)).bytes);
    bytes.writeUInt32BE(9, 1);
    await expect(keyring.open(SealedValue.fromBytes(bytes), bindingOf(1))).rejects.toThrow(unknown);
  });

  it('refuses a row that belongs elsewhere, whatever the store gives', async () => {
    const wrappedOf = (tenant: number, generation: number) =>
      store.rows.get(`${tenantOf(tenant)}/${generation}`)!.wrapped;
    store.alter(1, 1, { wrapped: wrappedOf(2, 1) });
    await expect(seal(1)).rejects.toThrow(DecryptionError);
    const sealed = SealedValue.fromBytes(Buffer.from((await seal(2)).bytes));
    keyring = new Keyring(rootKeys, store);
    store.alter(2, 1, { wrapped: wrappedOf(2, 2), generation: 2 });
    await expect(keyring.open(sealed, bindingOf(2))).rejects.toThrow(DecryptionError);
    store.alter(3, 1, { rootKeyId: 'r2' });
    await expect(seal(3)).rejects.toThrow(DecryptionError);
    store.alter(3, 2, { rootKeyId: 'r3' });
    await expect(seal(3, 2)).rejects.toThrow(new UnknownKeyError('No root key "r3" is configured'));
  });
});

describe('a cipher', () => {
  it('seals and opens for its own tenant only', async () => {
    const cipher = await keyring.cipher(tenantOf(1));
    expect(cipher.open(bindingOf(1), cipher.seal(bindingOf(1), VALUE))).toEqual(VALUE);
    expect(() => cipher.seal(bindingOf(2), VALUE)).toThrow(TypeError);
    expect(() => cipher.open(bindingOf(2), cipher.seal(bindingOf(1), VALUE))).toThrow(TypeError);
  });

  it('follows a new generation once the store is asked again', async () => {
    keyring = new Keyring(rootKeys, store, { activeMilliseconds: 60_000 });
    expect((await seal(1, 1)).generation).toBe(1);
    expect((await seal(1, 2)).generation).toBe(1);
    keyring = new Keyring(rootKeys, store, { activeMilliseconds: 0 });
    expect((await seal(1, 2)).generation).toBe(2);
  });
});

describe('the cache of a keyring', () => {
  const cached = (options = {}) => new Keyring(rootKeys, store, { activeMilliseconds: 60_000, ...options });
  const sealedUnder = async (tenant: number, generation: number) => {
    const bytes = Buffer.from((await seal(tenant)).bytes);
    bytes.writeUInt32BE(generation, 1);
    return SealedValue.fromBytes(bytes);
  };

  it('asks once for the active generation of each tenant, and opens what it sealed without asking', async () => {
    keyring = cached();
    for (const tenant of [1, 2, 1, 2]) await keyring.open(await seal(tenant), bindingOf(tenant));
    expect(store.asked).toEqual(['1/active', '2/active']);
  });

  it('asks once for each generation that envelopes name', async () => {
    keyring = cached();
    const [one, other] = [await sealedUnder(1, 2), await sealedUnder(2, 2)];
    store.asked.length = 0;
    for (const [sealed, tenant] of [
      [one, 1],
      [other, 2],
      [one, 1],
    ] as const)
      await expect(keyring.open(sealed, bindingOf(tenant))).rejects.toThrow(DecryptionError);
    expect(store.asked).toEqual(['1/2', '2/2']);
  });

  it('lets concurrent calls share one look-up', async () => {
    keyring = cached();
    await Promise.all(Array.from({ length: 50 }, () => seal(1)));
    expect(store.asked).toEqual(['1/active']);
    const sealed = await sealedUnder(1, 2);
    await Promise.allSettled(Array.from({ length: 50 }, () => keyring.open(sealed, bindingOf(1))));
    expect(store.asked).toEqual(['1/active', '1/2']);
  });

  it('forgets the one that was used longest ago, and only that one', async () => {
    keyring = cached({ maxCachedKeys: 2 });
    const sealed = new Map<number, SealedValue>();
    for (const tenant of [1, 2, 3]) sealed.set(tenant, await seal(tenant));
    const open = (tenant: number) => keyring.open(sealed.get(tenant)!, bindingOf(tenant));
    store.asked.length = 0;
    for (const tenant of [2, 3, 2]) await open(tenant);
    expect(store.asked).toEqual([]);
    await open(1);
    expect(store.asked).toEqual(['1/1']);
    await open(2);
    expect(store.asked).toEqual(['1/1']);
    await open(3);
    expect(store.asked).toEqual(['1/1', '3/1']);
  });

  it('works without room for any key', async () => {
    keyring = cached({ maxCachedKeys: 0 });
    expect(await keyring.open(await seal(1), bindingOf(1))).toEqual(VALUE);
    expect(store.asked).toEqual(['1/active', '1/1']);
  });

  it('remembers no failure, neither of the store nor of a key', async () => {
    keyring = cached();
    store.before = () => Promise.reject(new Error('unreachable'));
    await expect(Promise.all([seal(1), seal(1)])).rejects.toThrow('unreachable');
    store.before = undefined;
    await seal(1);
    await expect(seal(2, 9)).rejects.toThrow(UnknownKeyError);
    store.add(2, 9);
    await seal(2, 9);
    expect(store.asked).toEqual(['1/active', '1/active', '2/active', '2/active']);
  });

  it('keeps a newer key when an older look-up of the same name fails late', async () => {
    keyring = cached({ maxCachedKeys: 1 });
    let fail: (error: Error) => void = () => undefined;
    store.before = () => new Promise((_resolve, reject) => (fail = reject));
    const early = seal(1);
    store.before = undefined;
    await seal(2);
    await seal(1);
    fail(new Error('late'));
    await expect(early).rejects.toThrow('late');
    await seal(1);
    expect(store.asked).toEqual(['1/active', '2/active', '1/active']);
  });

  it('is not seen from outside', async () => {
    await seal(1);
    const row = store.rows.get(`${tenantOf(1)}/1`)!;
    const key = rootKeys.unwrap('r1', row.tenantId, 1, row.wrapped).export();
    const shown = inspect(keyring, { depth: 9, showHidden: true }) + JSON.stringify(keyring);
    for (const bytes of [key, Buffer.from(ROOT, 'base64')]) {
      expect(shown).not.toContain(bytes.toString('hex').slice(0, 16));
      expect(shown).not.toContain(bytes.toString('base64').slice(0, 12));
      expect(shown).not.toContain(
        bytes
          .subarray(0, 8)
          .toString('hex')
          .replace(/(..)(?=.)/g, '$1 '),
      );
    }
  });
});
