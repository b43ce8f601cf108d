import { createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { StartupError } from '../common/startup-error.js';
import { decrypt, encrypt, NONCE_BYTES, TAG_BYTES } from './aes-gcm.js';
import { DecryptionError, UnknownKeyError } from './crypto-errors.js';
import { lengthPrefixed, uint32, uuidBytes } from './length-prefixed.js';

const FORMAT = 1;
const KEY_BYTES = 32;
const WRAPPED_BYTES = 1 + NONCE_BYTES + KEY_BYTES + TAG_BYTES;
const CHECK_VALUE_BYTES = 16;
const WRAP_LABEL = 'strongroom/tenant-key/1';
const SIGNING_LABEL = 'strongroom/audit-signing-key/1';
const CHECK_LABEL = 'strongroom/root-key-check/1';

/**
 * Holds the root keys that the configuration makes available, by id. They only wrap and unwrap keys: those of tenants,
 * and the one that signs the audit trail.
 */
export class RootKeys {
  private constructor(private readonly keys: ReadonlyMap<string, KeyObject>) {}

  /**
   * @param text `id:base64` pairs separated by a comma or white space; each key has 32 bytes; the first becomes the
   *   active one of a new installation
   * @param source names where the text comes from, for errors
   * @throws StartupError that names the pair by its position, never by its content
   */
  static parse(text: string, source = 'STRONGROOM_ROOT_KEYS'): RootKeys {
    const pairs = text.split(/[\s,]+/).filter((pair) => pair !== '');
    if (pairs.length === 0) throw new StartupError(`${source} holds no key: give id:base64 pairs`);
    const keys = new Map<string, KeyObject>();
    pairs.forEach((pair, index) => {
      const [id, key] = parsePair(pair, `${source}, pair ${index + 1}`);
      if (keys.has(id)) throw new StartupError(`${source} names the id "${id}" twice`);
      keys.set(id, key);
    });
    return new RootKeys(keys);
  }

  get ids(): readonly string[] {
    return [...this.keys.keys()];
  }

  has(id: string): boolean {
    return this.keys.has(id);
  }

  /**
   * Computes 16 bytes that show whether a key is the one of that id and reveal nothing of it (truncated HMAC-SHA-256).
   */
  checkValue(id: string): Buffer {
    const mac = createHmac('sha256', this.get(id)).update(lengthPrefixed([CHECK_LABEL, id]));
    return mac.digest().subarray(0, CHECK_VALUE_BYTES);
  }

  /** Generates a random key of 32 bytes for a tenant and returns it wrapped. Only the keyring ever unwraps it. */
  newTenantKey(id: string, tenantId: string, generation: number): Buffer {
    const bytes = randomBytes(KEY_BYTES);
    const wrapped = this.wrap(id, tenantId, generation, createSecretKey(bytes));
    bytes.fill(0);
    return wrapped;
  }

  /** Wraps a tenant's key with AES-256-GCM; the AAD binds tenant, generation and the root key's id. */
  wrap(id: string, tenantId: string, generation: number, key: KeyObject): Buffer {
    return this.seal(id, wrapAad(id, tenantId, generation), key.export());
  }

  /**
   * @throws UnknownKeyError when the configuration has no key of that id
   * @throws DecryptionError when the wrapped key is another tenant's, another generation's, or altered
   */
  unwrap(id: string, tenantId: string, generation: number, wrapped: Buffer): KeyObject {
    const bytes = this.open(id, wrapAad(id, tenantId, generation), wrapped);
    const key = createSecretKey(bytes);
    bytes.fill(0);
    return key;
  }

  /**
   * Wraps the 32 secret bytes of a key that signs the audit trail with AES-256-GCM; the AAD binds the installation, the
   * number of the key and the root key's id.
   */
  wrapSigningKey(id: string, installationId: string, number: number, seed: Buffer): Buffer {
    return this.seal(id, signingAad(id, installationId, number), seed);
  }

  /**
   * Returns the 32 secret bytes of a key that signs the audit trail, which the caller overwrites after use.
   * @throws UnknownKeyError when the configuration has no key of that id
   * @throws DecryptionError when the wrapped key is another installation's, has another number, or is altered
   */
  unwrapSigningKey(id: string, installationId: string, number: number, wrapped: Buffer): Buffer {
    return this.open(id, signingAad(id, installationId, number), wrapped);
  }

  private seal(id: string, aad: Buffer, bytes: Buffer): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    return Buffer.concat([Buffer.from([FORMAT]), nonce, encrypt(this.get(id), nonce, aad, bytes)]);
  }

  private open(id: string, aad: Buffer, wrapped: Buffer): Buffer {
    if (wrapped.length !== WRAPPED_BYTES || wrapped[0] !== FORMAT) {
      throw new DecryptionError('Not a wrapped key of a known format');
    }
    const nonce = wrapped.subarray(1, 1 + NONCE_BYTES);
    return decrypt(this.get(id), nonce, aad, wrapped.subarray(1 + NONCE_BYTES));
  }

  private get(id: string): KeyObject {
    const key = this.keys.get(id);
    if (key === undefined) throw new UnknownKeyError(`No root key "${id}" is configured`);
    return key;
  }
}

function wrapAad(id: string, tenantId: string, generation: number): Buffer {
  return lengthPrefixed([WRAP_LABEL, uuidBytes(tenantId), uint32(generation), id]);
}

function signingAad(id: string, installationId: string, number: number): Buffer {
  return lengthPrefixed([SIGNING_LABEL, uuidBytes(installationId), uint32(number), id]);
}

function parsePair(pair: string, place: string): [id: string, key: KeyObject] {
  const colon = pair.indexOf(':');
  const id = pair.slice(0, Math.max(colon, 0));
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(id)) {
    throw new StartupError(
      `${place}: expected id:base64, the id of 1 to 64 letters, digits, \`.\`, \`_\`, \`-\``,
    );
  }
  const text = pair.slice(colon + 1);
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== KEY_BYTES || bytes.toString('base64') !== text) {
    throw new StartupError(`${place}: the key must be the base64 of exactly ${KEY_BYTES} bytes`);
  }
  if (bytes.every((byte) => byte === bytes[0])) {
    throw new StartupError(`${place}: the key is not random; make one with: openssl rand -base64 32`);
  }
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return [id, key];
}
