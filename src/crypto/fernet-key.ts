import { createSecretKey, type KeyObject } from 'node:crypto';

/** What a token is encrypted and authenticated with. */
export interface FernetKey {
  readonly signing: KeyObject;
  readonly encryption: KeyObject;
  readonly cipher: 'aes-128-cbc' | 'aes-256-cbc';
}

const CIPHERS = { 32: 'aes-128-cbc', 64: 'aes-256-cbc' } as const;

/**
 * The key of tokens, of which one half signs and the other encrypts.
 * @param bytes 64 for AES-256, 32 for AES-128 as the Fernet specification has it; not changed
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
