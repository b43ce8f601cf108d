import { createHash, createSecretKey, hkdfSync, randomBytes } from 'node:crypto';
import { StartupError } from '../common/startup-error.js';
import { decrypt, encrypt } from './aes-gcm.js';
import { openEnvelope, sealEnvelope } from './envelope.js';
import { RootKeys } from './root-keys.js';

const TENANT = '018f0000-0000-7000-8000-000000000001';
const BINDING = {
  tenantId: TENANT,
  secretId: '018f0000-0000-7000-8000-000000000002',
  key: 'key',
  version: 1,
};

/**
 * Checks known answers for AES-256-GCM (McGrew and Viega, test case 15), HKDF-SHA-256 (RFC 5869, test case 1) and the
 * envelope, then a real wrap and unwrap.
 * @throws StartupError when this platform does not compute what the standards specify
 */
export function cryptoSelfTest(): void {
  const failed = Object.entries({ aesGcm, hkdf, envelope, wrapping }).find(([, holds]) => !holds());
  if (failed !== undefined) throw new StartupError(`The self-test of cryptography failed: ${failed[0]}`);
}

function aesGcm(): boolean {
  const key = createSecretKey(
    Buffer.from('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308', 'hex'),
  );
  const nonce = Buffer.from('cafebabefacedbaddecaf888', 'hex');
  const plaintext = Buffer.from(
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72' +
      '1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255',
    'hex',
  );
  const sealed = encrypt(key, nonce, Buffer.alloc(0), plaintext);
  const tag = sealed.subarray(sealed.length - 16).toString('hex');
  return (
    tag === 'b094dac5d93471bdec1a502270e3cc6c' &&
    decrypt(key, nonce, Buffer.alloc(0), sealed).equals(plaintext)
  );
}

function hkdf(): boolean {
  const ikm = Buffer.alloc(22, 0x0b);
  const salt = Buffer.from('000102030405060708090a0b0c', 'hex');
  const info = Buffer.from('f0f1f2f3f4f5f6f7f8f9', 'hex');
  const okm = Buffer.from(hkdfSync('sha256', ikm, salt, info, 42)).toString('hex');
  return okm === '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865';
}

function envelope(): boolean {
  const key = createSecretKey(createHash('sha256').update('strongroom self-test').digest());
  const value = { format: 'text', text: 'known answer' } as const;
  const sealed = sealEnvelope(key, 1, BINDING, value, Buffer.alloc(32, 7));
  const digest = createHash('sha256').update(sealed).digest('hex');
  return digest === ENVELOPE_DIGEST && openEnvelope(key, BINDING, sealed).text === value.text;
}

const ENVELOPE_DIGEST = 'e35a4ee7c095bee93f28548edd6b73275028624a6cce94f7cca4d4f4fc02806e';

function wrapping(): boolean {
  const keys = RootKeys.parse(`self-test:${randomBytes(32).toString('base64')}`);
  const key = createSecretKey(randomBytes(32));
  const unwrapped = keys.unwrap('self-test', TENANT, 1, keys.wrap('self-test', TENANT, 1, key));
  return unwrapped.equals(key);
}
