import { createHash, type KeyObject } from 'node:crypto';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import * as aesGcm from '../../../src/crypto/aes-gcm.js';
import { valueVectors } from './vectors.js';

/** Names the part of the platform that computes wrong results in this test. */
let broken: 'hkdfSync' | 'encrypt' | 'decrypt' | 'second encrypt' | undefined;
let encryptions = 0;

const nodeCrypto = await import('node:crypto');
type Hkdf = typeof nodeCrypto.hkdfSync;
const spoilt = <T extends Uint8Array>(bytes: T): T => {
  bytes[bytes.length - 1]! ^= 1;
  return bytes;
};

jest.unstable_mockModule('node:crypto', () => ({
  ...nodeCrypto,
  hkdfSync: (...of: Parameters<Hkdf>) => {
    const okm = nodeCrypto.hkdfSync(...of);
    if (broken === 'hkdfSync') spoilt(new Uint8Array(okm));
    return okm;
  },
}));
jest.unstable_mockModule('../../../src/crypto/aes-gcm.js', () => ({
  ...aesGcm,
  encrypt: (...of: [KeyObject, Buffer, Buffer, Buffer]) => {
    encryptions += 1;
    const wrong = broken === 'encrypt' || (broken === 'second encrypt' && encryptions === 2);
    return wrong ? spoilt(aesGcm.encrypt(...of)) : aesGcm.encrypt(...of);
  },
  decrypt: (...of: [KeyObject, Buffer, Buffer, Buffer]) => {
    const plaintext = aesGcm.decrypt(...of);
    return broken === 'decrypt' ? spoilt(plaintext) : plaintext;
  },
}));
const { cryptoSelfTest } = await import('../../../src/crypto/self-test.js');
const { StartupError } = await import('../../../src/common/startup-error.js');

beforeEach(() => {
  broken = undefined;
  encryptions = 0;
});

describe('cryptoSelfTest', () => {
  it('passes on this platform', () => {
    expect(() => cryptoSelfTest()).not.toThrow();
    expect(encryptions).toBe(3);
  });

  it.each([
    ['hkdfSync', 'hkdf'],
    ['encrypt', 'aesGcm'],
    ['decrypt', 'aesGcm'],
    ['second encrypt', 'envelope'],
  ] as const)('stops the start when %s computes wrongly, and says %s', (part, name) => {
    broken = part;
    expect(() => cryptoSelfTest()).toThrow(StartupError);
    encryptions = 0;
    expect(() => cryptoSelfTest()).toThrow(`The self-test of cryptography failed: ${name}`);
  });

  it('knows the envelope that the vectors hold', () => {
    const vector = valueVectors.passing.find(({ name }) => name === 'the known answer of the self-test')!;
    const digest = createHash('sha256').update(Buffer.from(vector.envelope, 'hex')).digest('hex');
    expect(digest).toBe('e35a4ee7c095bee93f28548edd6b73275028624a6cce94f7cca4d4f4fc02806e');
  });
});
