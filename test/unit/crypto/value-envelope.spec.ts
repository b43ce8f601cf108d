import { createHash, createSecretKey, hkdfSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Binding, ValueBinding } from '../../../src/crypto/binding.js';
import { DecryptionError } from '../../../src/crypto/crypto-errors.js';
import { generationOf, openEnvelope, sealEnvelope } from '../../../src/crypto/envelope.js';
import {
  deriveValue,
  hkdf,
  openValue,
  Refused,
  sealValue,
  valueInfo,
  type ReferenceBinding,
  type Step,
} from './reference-implementation.js';
import { differences, fromHex, valueVectors } from './vectors.js';

const { passing, failing } = valueVectors;

const MESSAGES: Record<Step, RegExp> = {
  length: /^Too short for an envelope$/,
  format: /^Unknown envelope format \d+$/,
  commitment: /^The value was sealed for something else, or under another key$/,
  authentication: /^Authentication failed$/,
  plaintext: /^(Unknown kind of plaintext|The plaintext is not UTF-8)$/,
};
const FIELDS = [
  'tenantKey',
  'envelope',
  ...['tenantId', 'secretId', 'key', 'version'].map((f) => `binding.${f}`),
];

const bindingOf = ({ version, ...place }: ReferenceBinding): Binding =>
  version === undefined ? { ...place, part: 'provider options' } : { ...place, version: Number(version) };
const secretKey = (hex: string) => createSecretKey(fromHex(hex));
const failureOf = (work: () => unknown): Error => {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('It opened');
};

const KEY = createHash('sha256').update('strongroom unit tests').digest();
const BINDING = {
  tenantId: '018f3c5e-7a10-7b21-8c32-9d43ae54bf65',
  secretId: '018f3c60-1111-7222-8333-944455556666',
  key: 'ab',
  version: 3,
};
const seal = (text: string, binding: ValueBinding = BINDING) =>
  sealEnvelope(createSecretKey(KEY), 1, binding, { format: 'text', text });

it('seals no lone surrogate, which would come back as another character', () => {
  expect(() => seal('\ud800')).toThrow(RangeError);
});

describe('passing vectors of value envelopes', () => {
  it.each(passing)('$name: reference, source and file agree', (vector) => {
    const { tenantKey, generation, binding, salt, value, envelope } = vector;
    const derived = deriveValue(fromHex(tenantKey), fromHex(salt), valueInfo(binding));
    expect(valueInfo(binding).toString('hex')).toBe(vector.info);
    expect(derived.key.toString('hex')).toBe(vector.valueKey);
    expect(derived.nonce.toString('hex')).toBe(vector.nonce);
    expect(derived.commitment.toString('hex')).toBe(vector.commitment);
    const byReference = sealValue(fromHex(tenantKey), generation, binding, value, fromHex(salt));
    const bySource = sealEnvelope(secretKey(tenantKey), generation, bindingOf(binding), value, fromHex(salt));
    expect(byReference.toString('hex')).toBe(envelope);
    expect(bySource.toString('hex')).toBe(envelope);
  });

  it.each(passing)('$name: opens', ({ tenantKey, generation, binding, value, envelope }) => {
    expect(openValue(fromHex(tenantKey), binding, fromHex(envelope))).toEqual(value);
    expect(openEnvelope(secretKey(tenantKey), bindingOf(binding), fromHex(envelope))).toEqual(value);
    expect(generationOf(fromHex(envelope))).toBe(generation);
  });
});

describe('failing vectors of value envelopes', () => {
  it.each(failing)('$name', (vector) => {
    const key = fromHex(vector.tenantKey);
    const envelope = fromHex(vector.envelope);
    const reference = failureOf(() => openValue(key, vector.binding, envelope));
    expect(reference).toEqual(new Refused(vector.refusedAt));
    const source = failureOf(() => openEnvelope(createSecretKey(key), bindingOf(vector.binding), envelope));
    expect(source).toBeInstanceOf(DecryptionError);
    expect(source.message).toMatch(MESSAGES[vector.refusedAt]);
  });

  it.each(failing)('$name: differs from its base in what it names, and in nothing else', (vector) => {
    const base = passing.find(({ name }) => name === vector.base)!;
    expect(vector.altered.length).toBeGreaterThan(0);
    expect(differences(base, vector, FIELDS)).toEqual(vector.altered);
  });

  it('outnumber the passing ones, have names of their own and reach every step', () => {
    expect(failing.length).toBeGreaterThan(2 * passing.length);
    expect(new Set(failing.map(({ name }) => name)).size).toBe(failing.length);
    expect(new Set(failing.map(({ refusedAt }) => refusedAt))).toEqual(new Set(Object.keys(MESSAGES)));
  });
});

describe('sealEnvelope and openEnvelope', () => {
  it('agree with the reference about any value and binding', () => {
    const text = fc.string({ unit: 'binary', maxLength: 200 }).filter((value) => value.isWellFormed());
    const any = {
      text,
      key: text,
      version: fc.maxSafeNat(),
      generation: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    };
    fc.assert(
      fc.property(fc.record({ ...any, tenantId: fc.uuid(), secretId: fc.uuid() }), (of) => {
        const { text, generation, ...binding } = of;
        const value = { format: 'json', text } as const;
        const sealed = sealEnvelope(createSecretKey(KEY), generation, binding, value);
        const asked = { ...binding, version: String(binding.version) };
        expect(openValue(KEY, asked, sealed)).toEqual(value);
        const byReference = sealValue(KEY, generation, asked, value, KEY);
        expect(openEnvelope(createSecretKey(KEY), binding, byReference)).toEqual(value);
      }),
    );
  });

  it('refuse every single altered bit', () => {
    const sealed = seal('x');
    for (let bit = 0; bit < 8 * sealed.length; bit += 1) {
      const altered = Buffer.from(sealed);
      altered[bit >> 3]! ^= 1 << (bit & 7);
      expect(failureOf(() => openEnvelope(createSecretKey(KEY), BINDING, altered))).toBeInstanceOf(
        DecryptionError,
      );
    }
  });

  it('refuse every shorter piece', () => {
    const sealed = seal('a longer text');
    for (let length = 0; length < sealed.length; length += 1) {
      const piece = sealed.subarray(0, length);
      expect(failureOf(() => openEnvelope(createSecretKey(KEY), BINDING, piece))).toBeInstanceOf(
        DecryptionError,
      );
    }
  });

  it('take a fresh salt each time, so nothing repeats', () => {
    const sealed = Array.from({ length: 50 }, () => seal('the same'));
    for (const [from, to] of [
      [5, 37],
      [37, 69],
      [69, 86],
    ] as const) {
      expect(new Set(sealed.map((bytes) => bytes.subarray(from, to).toString('hex'))).size).toBe(50);
    }
  });

  it('add 86 bytes and never show the text', () => {
    for (const text of ['', 'canary', 'ü'.repeat(100)]) {
      const sealed = seal(text);
      expect(sealed.length).toBe(86 + Buffer.byteLength(text));
      if (text !== '') expect(sealed.includes(text)).toBe(false);
    }
  });

  it('refuse what is no UUID, and numbers that do not fit', () => {
    for (const tenantId of ['', 'x', BINDING.tenantId.replaceAll('-', ''), `${BINDING.tenantId}0`]) {
      expect(() => seal('x', { ...BINDING, tenantId })).toThrow(TypeError);
    }
    for (const version of [-1, 1.5, NaN, 2 ** 64]) {
      expect(failureOf(() => seal('x', { ...BINDING, version })).name).toBe('RangeError');
    }
    for (const generation of [-1, 2 ** 32]) {
      const failure = failureOf(() =>
        sealEnvelope(createSecretKey(KEY), generation, BINDING, { format: 'text', text: '' }),
      );
      expect(failure.name).toBe('RangeError');
    }
  });

  it('never repeat text, key or binding in a refusal', () => {
    const sealed = seal('canary', { ...BINDING, key: 'other-canary' });
    const failure = failureOf(() => openEnvelope(createSecretKey(KEY), BINDING, sealed));
    expect(`${failure.message} ${String(failure.cause)}`).not.toMatch(/canary|018f3c/);
  });
});

describe('the reference', () => {
  it('derives as RFC 5869, test case 1, and as OpenSSL', () => {
    const info = fromHex('f0f1f2f3f4f5f6f7f8f9');
    const okm = hkdf(Buffer.alloc(22, 0x0b), fromHex('000102030405060708090a0b0c'), info, 42);
    expect(okm.toString('hex')).toBe(
      '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    );
    const openSsl = Buffer.from(hkdfSync('sha256', KEY, BINDING.key, info, 76));
    expect(hkdf(KEY, Buffer.from(BINDING.key), info, 76)).toEqual(openSsl);
  });
});
