import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { machineTime } from '../common/clock.js';
import { DecryptionError } from './crypto-errors.js';
import type { FernetKey } from './fernet-key.js';

const VERSION = 0x80;
const IV_BYTES = 16;
const HEADER_BYTES = 1 + 8 + IV_BYTES;
const BLOCK_BYTES = 16;
const HMAC_BYTES = 32;
const SHORTEST = HEADER_BYTES + BLOCK_BYTES + HMAC_BYTES;

/** Matches URL-safe base64 (RFC 4648, section 5) with its padding, in which the same bytes have one form. */
const BASE64URL = /^[A-Za-z0-9_-]+={0,2}$/;

/** Fixes the time and the IV, so that tests can predict a token. */
export interface FernetMoment {
  /** Counts whole seconds since 1970. */
  readonly time: number;
  /** Holds 16 bytes. */
  readonly iv: Buffer;
}

/**
 * Creates a token of the Fernet layout (https://github.com/fernet/spec): version, time, IV, AES-CBC with PKCS #7
 * padding, and an HMAC-SHA-256 over all of it. With a key of 64 bytes the cipher is AES-256, which the specification
 * does not have.
 * @throws RangeError for a key of 32 bytes, which is only accepted for existing tokens, and for a lone surrogate
 */
export function encryptFernet(
  key: FernetKey,
  text: string,
  { time, iv }: FernetMoment = thisMoment(),
): string {
  if (key.cipher !== 'aes-256-cbc') throw new RangeError('Tokens are made with a key of 64 bytes');
  if (!text.isWellFormed()) throw new RangeError('A lone surrogate cannot be written in UTF-8');
  const header = Buffer.alloc(HEADER_BYTES);
  header[0] = VERSION;
  header.writeBigUInt64BE(BigInt(time), 1);
  iv.copy(header, HEADER_BYTES - IV_BYTES);
  const cipher = createCipheriv(key.cipher, key.encryption, iv);
  const signed = Buffer.concat([header, cipher.update(text, 'utf8'), cipher.final()]);
  return toBase64Url(Buffer.concat([signed, signatureOf(key, signed)]));
}

function thisMoment(): FernetMoment {
  return { time: Math.floor(machineTime() / 1000), iv: randomBytes(IV_BYTES) };
}

/**
 * Opens a token with the first key that fits. The signature is compared, in constant time, before anything is
 * decrypted. The time in it is not checked.
 * @throws DecryptionError when it is not a token, was created under another key, or was altered
 */
export function decryptFernet(keys: readonly FernetKey[], token: string): string {
  const bytes = bytesOf(token);
  const signed = bytes.subarray(0, bytes.length - HMAC_BYTES);
  const signature = bytes.subarray(bytes.length - HMAC_BYTES);
  const key = keys.find((candidate) => timingSafeEqual(signatureOf(candidate, signed), signature));
  if (key === undefined) throw new DecryptionError('The token was made under another key, or altered');
  const decipher = createDecipheriv(
    key.cipher,
    key.encryption,
    signed.subarray(HEADER_BYTES - IV_BYTES, HEADER_BYTES),
  );
  try {
    const plaintext = Buffer.concat([decipher.update(signed.subarray(HEADER_BYTES)), decipher.final()]);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plaintext);
  } catch {
    throw new DecryptionError('The token holds no text');
  }
}

function bytesOf(token: string): Buffer {
  const bytes = BASE64URL.test(token) ? Buffer.from(token, 'base64url') : Buffer.alloc(0);
  if (bytes.length < SHORTEST || toBase64Url(bytes) !== token) throw new DecryptionError('This is no token');
  const blocks = bytes.length - HEADER_BYTES - HMAC_BYTES;
  if (bytes[0] !== VERSION || blocks % BLOCK_BYTES !== 0) throw new DecryptionError('This is no token');
  return bytes;
}

function signatureOf({ signing }: FernetKey, signed: Buffer): Buffer {
  return createHmac('sha256', signing).update(signed).digest();
}

function toBase64Url(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}
