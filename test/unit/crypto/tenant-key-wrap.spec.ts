import { createHash, createSecretKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { DecryptionError, UnknownKeyError } from '../../../src/crypto/crypto-errors.js';
import { RootKeys } from '../../../src/crypto/root-keys.js';
import {
  Refused,
  rootKeyCheck,
  unwrapTenantKey,
  wrapAad,
  wrapTenantKey,
} from './reference-implementation.js';
import { checkVectors, differences, fromHex, wrapVectors } from './vectors.js';

const rootKeys = (id: string, hex: string) => RootKeys.parse(`${id}:${fromHex(hex).toString('base64')}`);
const failureOf = (work: () => unknown): Error => {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('It opened');
};

const ROOT = createHash('sha256').update('strongroom unit tests: root').digest();
const KEY = createSecretKey(createHash('sha256').update('strongroom unit tests: tenant').digest());
const TENANT = '018f3c5e-7a10-7b21-8c32-9d43ae54bf65';
const keys = rootKeys('r1', ROOT.toString('hex'));

describe('vectors of wrapped tenant keys', () => {
  it.each(wrapVectors.passing)('$name: reference, source and file agree', (vector) => {
    const { rootKeyId, rootKey, tenantId, generation, nonce, tenantKey, wrapped } = vector;
    const aad = wrapAad(rootKeyId, tenantId, generation);
    expect(aad.toString('hex')).toBe(vector.aad);
    const byReference = wrapTenantKey(fromHex(rootKey), aad, fromHex(nonce), fromHex(tenantKey));
    expect(byReference.toString('hex')).toBe(wrapped);
    const source = rootKeys(rootKeyId, rootKey);
    const unwrapped = source.unwrap(rootKeyId, tenantId, generation, fromHex(wrapped));
    expect(unwrapped.export().toString('hex')).toBe(tenantKey);
    const bySource = source.wrap(rootKeyId, tenantId, generation, unwrapped);
    expect(unwrapTenantKey(fromHex(rootKey), aad, bySource).toString('hex')).toBe(tenantKey);
  });

  it.each(wrapVectors.failing)('$name: does not unwrap', (vector) => {
    const { rootKeyId, rootKey, tenantId, generation, refusedAt } = vector;
    const wrapped = fromHex(vector.wrapped);
    const aad = wrapAad(rootKeyId, tenantId, generation);
    expect(failureOf(() => unwrapTenantKey(fromHex(rootKey), aad, wrapped))).toEqual(new Refused(refusedAt));
    const source = failureOf(() =>
      rootKeys(rootKeyId, rootKey).unwrap(rootKeyId, tenantId, generation, wrapped),
    );
    expect(source).toBeInstanceOf(DecryptionError);
    expect(source.message).toBe(
      refusedAt === 'format' ? 'Not a wrapped key of a known format' : 'Authentication failed',
    );
  });

  it.each(wrapVectors.failing)('$name: differs from its base in what it names', (vector) => {
    const base = wrapVectors.passing.find(({ name }) => name === vector.base)!;
    const fields = ['rootKeyId', 'rootKey', 'tenantId', 'generation', 'wrapped'];
    expect(vector.altered.length).toBeGreaterThan(0);
    expect(differences(base, vector, fields)).toEqual(vector.altered);
  });

  it('fail more often than they pass', () => {
    expect(wrapVectors.failing.length).toBeGreaterThan(2 * wrapVectors.passing.length);
  });
});

describe('vectors of check values', () => {
  it.each(checkVectors.passing)('$name: reference, source and file agree', (vector) => {
    const { rootKeyId, rootKey, checkValue } = vector;
    expect(rootKeyCheck(fromHex(rootKey), rootKeyId).toString('hex')).toBe(checkValue);
    expect(rootKeys(rootKeyId, rootKey).checkValue(rootKeyId).toString('hex')).toBe(checkValue);
  });

  it.each(checkVectors.failing)('$name: is not the check value', (vector) => {
    const { rootKeyId, rootKey, checkValue, base, altered } = vector;
    expect(rootKeyCheck(fromHex(rootKey), rootKeyId).toString('hex')).not.toBe(checkValue);
    expect(rootKeys(rootKeyId, rootKey).checkValue(rootKeyId).toString('hex')).not.toBe(checkValue);
    const made = checkVectors.passing.find(({ name }) => name === base)!;
    expect(altered.length).toBeGreaterThan(0);
    expect(differences(made, vector, ['rootKeyId', 'rootKey', 'checkValue'])).toEqual(altered);
  });

  it('fail more often than they pass', () => {
    expect(checkVectors.failing.length).toBeGreaterThan(2 * checkVectors.passing.length);
  });
});

describe('wrapping', () => {
  it('takes a fresh nonce each time and never shows the key', () => {
    const wrapped = Array.from({ length: 50 }, () => keys.wrap('r1', TENANT, 1, KEY));
    expect(new Set(wrapped.map((bytes) => bytes.subarray(1, 13).toString('hex'))).size).toBe(50);
    expect(wrapped.some((bytes) => bytes.includes(KEY.export()))).toBe(false);
    expect(wrapped.every((bytes) => bytes.length === 61)).toBe(true);
  });

  it('refuses every single altered bit', () => {
    const wrapped = keys.wrap('r1', TENANT, 1, KEY);
    for (let bit = 0; bit < 8 * wrapped.length; bit += 1) {
      const altered = Buffer.from(wrapped);
      altered[bit >> 3]! ^= 1 << (bit & 7);
      expect(failureOf(() => keys.unwrap('r1', TENANT, 1, altered))).toBeInstanceOf(DecryptionError);
    }
  });

  it('makes a new tenant key of 32 bytes that is never the same', () => {
    const made = Array.from({ length: 20 }, () => keys.newTenantKey('r1', TENANT, 1));
    const unwrapped = made.map((wrapped) => keys.unwrap('r1', TENANT, 1, wrapped).export());
    expect(new Set(unwrapped.map((bytes) => bytes.toString('hex'))).size).toBe(20);
    expect(unwrapped.every((bytes) => bytes.length === 32 && bytes.some((byte) => byte !== 0))).toBe(true);
  });

  it('knows no root key of another id', () => {
    const wrapped = keys.wrap('r1', TENANT, 1, KEY);
    const unknown = new UnknownKeyError('No root key "r2" is configured');
    expect(() => keys.unwrap('r2', TENANT, 1, wrapped)).toThrow(unknown);
    expect(() => keys.wrap('r2', TENANT, 1, KEY)).toThrow(unknown);
    expect(() => keys.newTenantKey('r2', TENANT, 1)).toThrow(unknown);
    expect(() => keys.checkValue('r2')).toThrow(unknown);
    expect(() => keys.checkValue('__proto__')).toThrow(UnknownKeyError);
  });
});
