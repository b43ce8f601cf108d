import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';

const KEY_BYTES = 32;

const SIGNATURE_BYTES = 64;

// RFC 8410: what stands before the 32 bytes of a key in its DER encoding.
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Returns the public key of its 32 bytes; undefined for another number of bytes, and for bytes that are no key. */
export function publicKeyOf(bytes: Uint8Array): KeyObject | undefined {
  if (bytes.length !== KEY_BYTES) return undefined;
  try {
    return createPublicKey({ key: Buffer.concat([PUBLIC_PREFIX, bytes]), format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

/** Returns the 32 bytes of the public key that belongs to a key, private or public. */
export function publicKeyBytes(key: KeyObject): Buffer {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(PUBLIC_PREFIX.length);
}

/**
 * Returns the private key of its 32 secret bytes (RFC 8032), which the caller may overwrite afterwards.
 * @throws RangeError for another number of bytes
 */
export function privateKeyOf(seed: Uint8Array): KeyObject {
  if (seed.length !== KEY_BYTES) throw new RangeError(`An Ed25519 private key has ${KEY_BYTES} bytes`);
  const der = Buffer.concat([PRIVATE_PREFIX, seed]);
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } finally {
    der.fill(0);
  }
}

/** Returns the 32 secret bytes of a new private key. The caller keeps them encrypted, and overwrites these. */
export function newPrivateKeySeed(): Buffer {
  const { privateKey } = generateKeyPairSync('ed25519');
  const der = privateKey.export({ format: 'der', type: 'pkcs8' });
  const seed = Buffer.from(der.subarray(PRIVATE_PREFIX.length));
  der.fill(0);
  return seed;
}

export function signEd25519(message: Uint8Array, key: KeyObject): Buffer {
  return sign(null, message, key);
}

export function verifyEd25519(message: Uint8Array, key: KeyObject, signature: Uint8Array): boolean {
  return signature.length === SIGNATURE_BYTES && verify(null, message, key, signature);
}
