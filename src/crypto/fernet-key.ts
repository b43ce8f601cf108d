import { createSecretKey, type KeyObject } from 'node:crypto';

/** Holds the keys that encrypt and authenticate a token. */
export interface FernetKey {
  readonly signing: KeyObject;
  readonly encryption: KeyObject;
  readonly cipher: 'aes-128-cbc' | 'aes-256-cbc';
}

const CIPHERS = { 32: 'aes-128-cbc', 64: 'aes-256-cbc' } as const;

/**
 * Splits key bytes: one half signs, the other encrypts.
 * @param bytes 64 for AES-256, 32 for AES-128 as in the Fernet specification; not changed
 * @throws RangeError for any other length
 */
export function fernetKey(bytes: Buffer): FernetKey {
  const cipher = CIPHERS[bytes.length as keyof typeof CIPHERS] as FernetKey['cipher'] | undefined;
  if (cipher === undefined) throw new RangeError('A key of tokens has 64 or 32 bytes');
  const half = bytes.length / 2;
  return {
    signing: createSecretKey(bytes.subarray(0, half)),
    encryption: createSecretKey(bytes.subarray(half)),
    cipher,
  };
}
