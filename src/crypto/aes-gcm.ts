import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { DecryptionError } from './crypto-errors.js';

const ALGORITHM = 'aes-256-gcm';

export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;

/**
 * Encrypts with AES-256-GCM (NIST SP 800-38D) and a 12-byte nonce.
 * @param key of 32 bytes; a KeyObject, since Node.js 24 takes three times as long with a Buffer
 * @returns the ciphertext, then the 16-byte tag
 */
export function encrypt(key: KeyObject, nonce: Buffer, aad: Buffer, plaintext: Buffer): Buffer {
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(aad);
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/**
 * Decrypts what `encrypt` returned.
 * @throws DecryptionError when the key, the nonce, the AAD or any byte differs
 */
export function decrypt(key: KeyObject, nonce: Buffer, aad: Buffer, sealed: Buffer): Buffer {
  if (sealed.length < TAG_BYTES) throw new DecryptionError('Too short to hold a tag');
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  // In a stream mode update returns the whole text, and final only compares the tag.
  const plaintext = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
  try {
    decipher.final();
  } catch {
    plaintext.fill(0);
    throw new DecryptionError('Authentication failed');
  }
  return plaintext;
}
