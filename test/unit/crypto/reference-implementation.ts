/**
 * Implements docs/envelope-format.md a second time, following that page. It imports nothing from `src`, so that a
 * mistake in the code there is not repeated here, and favours comparison with the page over speed.
 */
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

export interface ReferenceBinding {
  tenantId: string;
  secretId: string;
  key: string;
  /** The version; undefined for provider options. */
  version?: string;
}

export type Step = 'length' | 'format' | 'commitment' | 'authentication' | 'plaintext';

/** Reports the step of the page that refused. */
export class Refused extends Error {
  constructor(readonly step: Step) {
    super(`refused at ${step}`);
  }
}

const u = (bytes: number, value: bigint): Buffer => {
  const hex = value.toString(16).padStart(2 * bytes, '0');
  if (value < 0n || hex.length > 2 * bytes) throw new RangeError('out of range');
  return Buffer.from(hex, 'hex');
};

const uuid = (text: string): Buffer => Buffer.from(text.split('-').join(''), 'hex');

const hmac = (key: Buffer, ...data: Buffer[]): Buffer =>
  createHmac('sha256', key).update(Buffer.concat(data)).digest();

export function lp(...parts: (string | Buffer)[]): Buffer {
  let out = Buffer.alloc(0);
  for (const part of parts) {
    const bytes = Buffer.from(part as string, 'utf8');
    out = Buffer.concat([out, u(4, BigInt(bytes.length)), bytes]);
  }
  return out;
}

/** Derives a key as in RFC 5869, sections 2.2 and 2.3. */
export function hkdf(ikm: Buffer, salt: Buffer, info: Buffer, length: number): Buffer {
  const prk = hmac(salt, ikm);
  let block = Buffer.alloc(0);
  let okm = Buffer.alloc(0);
  for (let counter = 1; okm.length < length; counter += 1) {
    block = Buffer.from(hmac(prk, block, info, Buffer.of(counter)));
    okm = Buffer.concat([okm, block]);
  }
  return okm.subarray(0, length);
}

function gcmSeal(key: Buffer, nonce: Buffer, aad: Buffer, plaintext: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad);
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

function gcmOpen(key: Buffer, nonce: Buffer, aad: Buffer, sealed: Buffer): Buffer {
  const end = sealed.length - 16;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
  decipher.setAAD(aad).setAuthTag(sealed.subarray(end));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]);
  } catch {
    throw new Refused('authentication');
  }
}

export function valueInfo({ tenantId, secretId, key, version }: ReferenceBinding): Buffer {
  if (version === undefined) return lp('strongroom/provider-options/1', uuid(tenantId), uuid(secretId), key);
  return lp('strongroom/value/1', uuid(tenantId), uuid(secretId), key, u(8, BigInt(version)));
}

export function deriveValue(tenantKey: Buffer, salt: Buffer, info: Buffer) {
  const okm = hkdf(tenantKey, salt, info, 76);
  return { key: okm.subarray(0, 32), nonce: okm.subarray(32, 44), commitment: okm.subarray(44, 76) };
}

const valueHeader = (generation: number, salt: Buffer, commitment: Buffer): Buffer =>
  Buffer.concat([u(1, 1n), u(4, BigInt(generation)), salt, commitment]);

const valuePlaintext = (format: 'text' | 'json', text: string): Buffer =>
  Buffer.concat([u(1, format === 'text' ? 1n : 2n), Buffer.from(text, 'utf8')]);

export function sealValue(
  tenantKey: Buffer,
  generation: number,
  binding: ReferenceBinding,
  value: { format: 'text' | 'json'; text: string },
  salt: Buffer,
): Buffer {
  const { key, nonce, commitment } = deriveValue(tenantKey, salt, valueInfo(binding));
  const header = valueHeader(generation, salt, commitment);
  return Buffer.concat([header, gcmSeal(key, nonce, header, valuePlaintext(value.format, value.text))]);
}

export function openValue(tenantKey: Buffer, binding: ReferenceBinding, envelope: Buffer) {
  if (envelope.length < 86) throw new Refused('length');
  if (envelope.readUInt8(0) !== 1) throw new Refused('format');
  const header = envelope.subarray(0, 69);
  const { key, nonce, commitment } = deriveValue(tenantKey, header.subarray(5, 37), valueInfo(binding));
  if (!header.subarray(37, 69).equals(commitment)) throw new Refused('commitment');
  const plaintext = gcmOpen(key, nonce, header, envelope.subarray(69));
  const format = { 1: 'text', 2: 'json' }[plaintext.readUInt8(0)];
  const text = plaintext.toString('utf8', 1);
  const isUtf8 = Buffer.from(text, 'utf8').equals(plaintext.subarray(1));
  if (format === undefined || !isUtf8) throw new Refused('plaintext');
  return { format, text };
}

export const wrapAad = (rootKeyId: string, tenantId: string, generation: number): Buffer =>
  lp('strongroom/tenant-key/1', uuid(tenantId), u(4, BigInt(generation)), rootKeyId);

export const wrapTenantKey = (rootKey: Buffer, aad: Buffer, nonce: Buffer, tenantKey: Buffer): Buffer =>
  Buffer.concat([u(1, 1n), nonce, gcmSeal(rootKey, nonce, aad, tenantKey)]);

export function unwrapTenantKey(rootKey: Buffer, aad: Buffer, wrapped: Buffer): Buffer {
  if (wrapped.length !== 61 || wrapped.readUInt8(0) !== 1) throw new Refused('format');
  return gcmOpen(rootKey, wrapped.subarray(1, 13), aad, wrapped.subarray(13));
}

export const rootKeyCheck = (rootKey: Buffer, id: string): Buffer =>
  hmac(rootKey, lp('strongroom/root-key-check/1', id)).subarray(0, 16);
