import { createSecretKey, hkdfSync, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto';
import { decrypt, encrypt, NONCE_BYTES, TAG_BYTES } from './aes-gcm.js';
import type { Binding } from './binding.js';
import { DecryptionError } from './crypto-errors.js';
import { lengthPrefixed, uint32, uint64, uuidBytes } from './length-prefixed.js';
import type { SecretValue } from './secret-value.js';

/** Identifies the format, which docs/envelope-format.md specifies. */
const FORMAT = 1;
const SALT_BYTES = 32;
const COMMITMENT_BYTES = 32;
const HEADER_BYTES = 1 + 4 + SALT_BYTES + COMMITMENT_BYTES;

/** Counts the bytes of an envelope other than the value's UTF-8: header, marker and tag. */
export const ENVELOPE_OVERHEAD_BYTES = HEADER_BYTES + 1 + TAG_BYTES;

const VALUE_LABEL = 'strongroom/value/1';
const OPTIONS_LABEL = 'strongroom/provider-options/1';
const KEY_BYTES = 32;
const MARKERS = { text: 1, json: 2 } as const;

interface Derived {
  /** Encrypts one value and is never used again. */
  readonly key: KeyObject;
  readonly nonce: Buffer;
  readonly commitment: Buffer;
}

/**
 * Seals a value for its binding under a generation of the tenant's key. HKDF-SHA-256 (RFC 5869) with a fresh salt
 * derives the key, the nonce and the commitment of this one value; AES-256-GCM encrypts it, with the header as AAD.
 * @param salt 32 bytes; passed only by tests, since a key must never encrypt twice
 * @throws RangeError for a text with a lone surrogate, which UTF-8 cannot encode
 */
export function sealEnvelope(
  tenantKey: KeyObject,
  generation: number,
  binding: Binding,
  value: SecretValue,
  salt: Buffer = randomBytes(SALT_BYTES),
): Buffer {
  if (!value.text.isWellFormed()) throw new RangeError('A lone surrogate cannot be written in UTF-8');
  const { key, nonce, commitment } = derive(tenantKey, salt, binding);
  const plaintext = Buffer.concat([Buffer.from([MARKERS[value.format]]), Buffer.from(value.text, 'utf8')]);
  try {
    const header = Buffer.concat([Buffer.from([FORMAT]), uint32(generation), salt, commitment]);
    return Buffer.concat([header, encrypt(key, nonce, header, plaintext)]);
  } finally {
    plaintext.fill(0);
  }
}

/**
 * Opens an envelope. The commitment is compared, in constant time, before anything is decrypted.
 * @throws DecryptionError for another binding, another key, another format or altered bytes
 */
export function openEnvelope(tenantKey: KeyObject, binding: Binding, bytes: Buffer): SecretValue {
  requireEnvelope(bytes);
  const header = bytes.subarray(0, HEADER_BYTES);
  const salt = header.subarray(5, 5 + SALT_BYTES);
  const { key, nonce, commitment } = derive(tenantKey, salt, binding);
  if (!timingSafeEqual(commitment, header.subarray(5 + SALT_BYTES))) {
    throw new DecryptionError('The value was sealed for something else, or under another key');
  }
  return decode(decrypt(key, nonce, header, bytes.subarray(HEADER_BYTES)));
}

/**
 * Returns the generation of the tenant's key that an envelope names.
 * @throws DecryptionError when the bytes are not an envelope of this format
 */
export function generationOf(bytes: Buffer): number {
  requireEnvelope(bytes);
  return bytes.readUInt32BE(1);
}

function requireEnvelope(bytes: Buffer): void {
  if (bytes.length < ENVELOPE_OVERHEAD_BYTES) throw new DecryptionError('Too short for an envelope');
  if (bytes[0] !== FORMAT) throw new DecryptionError(`Unknown envelope format ${bytes[0] ?? ''}`);
}

function infoOf(binding: Binding): Buffer {
  const place = [uuidBytes(binding.tenantId), uuidBytes(binding.secretId), binding.key];
  if ('part' in binding) return lengthPrefixed([OPTIONS_LABEL, ...place]);
  return lengthPrefixed([VALUE_LABEL, ...place, uint64(binding.version)]);
}

function derive(tenantKey: KeyObject, salt: Buffer, binding: Binding): Derived {
  const info = infoOf(binding);
  const length = KEY_BYTES + NONCE_BYTES + COMMITMENT_BYTES;
  const derived = Buffer.from(hkdfSync('sha256', tenantKey, salt, info, length));
  const keyBytes = derived.subarray(0, KEY_BYTES);
  const key = createSecretKey(keyBytes);
  keyBytes.fill(0);
  return {
    key,
    nonce: derived.subarray(KEY_BYTES, KEY_BYTES + NONCE_BYTES),
    commitment: derived.subarray(KEY_BYTES + NONCE_BYTES),
  };
}

/** Decodes without removing a byte order mark, which is part of the value. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Decodes the plaintext and wipes its bytes. */
function decode(plaintext: Buffer): SecretValue {
  const format = (['text', 'json'] as const).find((name) => plaintext[0] === MARKERS[name]);
  try {
    if (format === undefined) throw new DecryptionError('Unknown kind of plaintext');
    return { format, text: textOf(plaintext.subarray(1)) };
  } finally {
    plaintext.fill(0);
  }
}

function textOf(bytes: Buffer): string {
  try {
    return UTF_8.decode(bytes);
  } catch {
    throw new DecryptionError('The plaintext is not UTF-8');
  }
}
