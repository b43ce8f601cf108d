import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { fernetKey, type FernetKey } from './fernet-key.js';

const derive = promisify(pbkdf2);

/** Fixed, as every Cloudify Manager has it: the key depends on the passphrase alone, so that must be a strong one. */
const SALT = 'salt_';
const ITERATIONS = 100_000;
const KEY_BYTES = 64;

/**
 * The key that a passphrase stands for in exported secrets: PBKDF2 (RFC 8018) with HMAC-SHA-256; see
 * docs/export-format.md. Takes some 60 milliseconds of a thread, not of the event loop: once a request.
 * @param passphrase taken as its UTF-8
 */
export async function passphraseKey(passphrase: string): Promise<FernetKey> {
  const bytes = await derive(passphrase, SALT, ITERATIONS, KEY_BYTES, 'sha256');
  try {
    return fernetKey(bytes);
  } finally {
    bytes.fill(0);
  }
}
