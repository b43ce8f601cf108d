import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { DecryptionError } from './crypto-errors.js';

const ALGORITHM = 'aes-256-gcm';

export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;

/**
 * AES-256-GCM (NIST SP 800-38D) with a 12-byte nonce: ciphertext, then the 16-byte tag.
 * @param key of 32 bytes; not as a Buffer, with which Node.js 24 takes three times as long
 */
export function encrypt(key: KeyObject, nonce: Buffer, aad: Buffer, plaintext: Buffer): Buffer {
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(aad);
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/**
 * Undoes `encrypt`.
 * @throws DecryptionError when key, nonce, AAD or any byte is not what it was
 */
export function decrypt(key: KeyObject, nonce: Buffer, aad: Buffer, sealed: Buffer): Buffer {
  if (sealed.length < TAG_BYTES) throw new DecryptionError('Too short to hold a tag');
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  // A stream mode: all of the text is there after update, and final only compares the tag.
  const plaintext = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
  try {
    decipher.final();
  } catch {
    plaintext.fill(0);
    throw new DecryptionError('Authentication failed');
  }
  return plaintext;
}
