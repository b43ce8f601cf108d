import { createSecretKey, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';
import { decrypt, encrypt, NONCE_BYTES, TAG_BYTES } from './aes-gcm.js';
import { DecryptionError } from './crypto-errors.js';
import { lengthPrefixed, uint32, uuidBytes } from './length-prefixed.js';

/** Identifies the format: format (1 byte), generation (4), salt (16), then AES-256-GCM of the place, with its tag. */
const FORMAT = 1;
const SALT_BYTES = 16;
const HEADER_BYTES = 1 + 4 + SALT_BYTES;
const KEY_BYTES = 32;
/** Limits generations to those that the database can look up, since anybody may send anything. */
const LARGEST_GENERATION = 2 ** 31 - 1;
const LABEL = 'strongroom/cursor/1';

/** Counts the bytes of a sealed place beside the place itself. */
const CURSOR_OVERHEAD_BYTES = HEADER_BYTES + TAG_BYTES;

/** Names the tenant, and what the cursor is for. */
type Owner = readonly [tenantId: string, purpose: string];

/** Seals a place under a key that HKDF-SHA-256 derives for it alone, with a fresh salt. The header is the AAD. */
export function sealCursor(tenantKey: KeyObject, generation: number, owner: Owner, place: Buffer): Buffer {
  const header = Buffer.concat([Buffer.from([FORMAT]), uint32(generation), randomBytes(SALT_BYTES)]);
  const { key, nonce } = derive(tenantKey, header, owner);
  return Buffer.concat([header, encrypt(key, nonce, header, place)]);
}

/**
 * Opens a sealed place.
 * @throws DecryptionError for another owner or key, or altered bytes
 */
export function openCursor(tenantKey: KeyObject, owner: Owner, bytes: Buffer): Buffer {
  requireCursor(bytes);
  const header = bytes.subarray(0, HEADER_BYTES);
  const { key, nonce } = derive(tenantKey, header, owner);
  return decrypt(key, nonce, header, bytes.subarray(HEADER_BYTES));
}

/**
 * Returns the generation of the tenant's key that a sealed place names.
 * @throws DecryptionError when the bytes are no cursor of this format
 */
export function generationOfCursor(bytes: Buffer): number {
  requireCursor(bytes);
  return bytes.readUInt32BE(1);
}

function requireCursor(bytes: Buffer): void {
  const isCursor = bytes.length >= CURSOR_OVERHEAD_BYTES && bytes[0] === FORMAT;
  if (!isCursor || bytes.readUInt32BE(1) > LARGEST_GENERATION)
    throw new DecryptionError('Not a cursor of a known format');
}

function derive(tenantKey: KeyObject, header: Buffer, [tenantId, purpose]: Owner) {
  const info = lengthPrefixed([LABEL, uuidBytes(tenantId), purpose]);
  const salt = header.subarray(HEADER_BYTES - SALT_BYTES);
  const derived = Buffer.from(hkdfSync('sha256', tenantKey, salt, info, KEY_BYTES + NONCE_BYTES));
  const keyBytes = derived.subarray(0, KEY_BYTES);
  const key = createSecretKey(keyBytes);
  keyBytes.fill(0);
  return { key, nonce: derived.subarray(KEY_BYTES) };
}
