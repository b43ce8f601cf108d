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

/** Lists the forms in which the same passphrase may have been typed when its export was made. */
const FORMS = ['NFC', 'NFD'] as const;

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

/**
 * Derives the keys that may open an export: of the passphrase as given, then of its composed and its decomposed form
 * (NFC, NFD), where they differ. Operating systems and keyboards send different forms of the same letters.
 */
export function passphraseKeys(passphrase: string): Promise<FernetKey[]> {
  const forms = new Set([passphrase, ...FORMS.map((form) => passphrase.normalize(form))]);
  return Promise.all([...forms].map(passphraseKey));
}
