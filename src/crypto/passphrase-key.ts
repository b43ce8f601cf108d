import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { fernetKey, type FernetKey } from './fernet-key.js';

const derive = promisify(pbkdf2);

/**
 * Holds the salt that every Cloudify Manager uses: the key depends on the passphrase alone, so that must be a strong
 * one.
 */
const SALT = 'salt_';
const ITERATIONS = 100_000;
const KEY_BYTES = 64;

/**
 * Derives the key of exported secrets from a passphrase: PBKDF2 (RFC 8018) with HMAC-SHA-256; see
 * docs/export-format.md. It takes some 60 milliseconds on a thread of its own, so derive it once a request.
 * @param passphrase encoded as UTF-8
 */
export async function passphraseKey(passphrase: string): Promise<FernetKey> {
  const bytes = await derive(passphrase, SALT, ITERATIONS, KEY_BYTES, 'sha256');
  try {
    return fernetKey(bytes);
  } finally {
    bytes.fill(0);
  }
}
