import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DecryptionError } from '../../../src/crypto/crypto-errors.js';
import { decryptFernet, encryptFernet } from '../../../src/crypto/fernet.js';
import { fernetKey } from '../../../src/crypto/fernet-key.js';
import { passphraseKey, passphraseKeys } from '../../../src/crypto/passphrase-key.js';
import { differences, fromHex } from './vectors.js';

interface Vector {
  name: string;
  passphrase?: string;
  key: string;
  time: number;
  iv: string;
  plaintext: string;
  token: string;
  made: boolean;
}
interface Failing {
  name: string;
  base: string;
  altered: string[];
  key: string;
  token: string;
}

const { passing, failing } = JSON.parse(
  readFileSync(new URL('../../vectors/export-token.json', import.meta.url), 'utf8'),
) as { passing: Vector[]; failing: Failing[] };

describe('tokens of exported values', () => {
  it.each(passing)('are opened: $name', ({ key, token, plaintext }) => {
    expect(decryptFernet([fernetKey(fromHex(key))], token)).toBe(plaintext);
  });

  it.each(passing.filter(({ made }) => made))(
    'are made, byte for byte: $name',
    ({ key, plaintext, token, ...vector }) => {
      const moment = { time: vector.time, iv: fromHex(vector.iv) };
      expect(encryptFernet(fernetKey(fromHex(key)), plaintext, moment)).toBe(token);
    },
  );

  it.each(failing)('are refused: $name', ({ key, token, base, altered, name }) => {
    const from = passing.find((vector) => vector.name === base)!;
    expect(differences(from, { key, token, name }, ['key', 'token'])).toEqual(altered);
    expect(() => decryptFernet([fernetKey(fromHex(key))], token)).toThrow(DecryptionError);
  });

  it('have more ways to fail than to pass', () => {
    expect(failing.length).toBeGreaterThan(passing.length);
  });

  it('hold any text, and are never the same twice', () => {
    const key = fernetKey(fromHex(passing[0]!.key));
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const token = encryptFernet(key, text);
        expect(decryptFernet([key], token)).toBe(text);
        expect(encryptFernet(key, text)).not.toBe(token);
      }),
    );
    expect(decryptFernet([key], encryptFernet(key, '\ufeffmarked'))).toBe('\ufeffmarked');
  });

  it('are not made of half a character, nor under a key of 32 bytes', () => {
    expect(() => encryptFernet(fernetKey(fromHex(passing[0]!.key)), '\ud800')).toThrow(RangeError);
    expect(() => encryptFernet(fernetKey(Buffer.alloc(32)), 'text')).toThrow(RangeError);
    for (const length of [0, 31, 33, 63, 65])
      expect(() => fernetKey(Buffer.alloc(length))).toThrow(RangeError);
  });
});

describe('the key of a passphrase', () => {
  it('is the one that a Cloudify Manager derives', async () => {
    const { passphrase, key, token, plaintext } = passing.find((vector) => vector.passphrase !== undefined)!;
    const derived = await passphraseKey(passphrase!);
    expect(Buffer.concat([derived.signing.export(), derived.encryption.export()]).toString('hex')).toBe(key);
    expect(decryptFernet([derived], token)).toBe(plaintext);
  });

  it('is another for another passphrase, and that of its UTF-8', async () => {
    const [one, other, same] = await Promise.all(
      ['pässword', 'password', 'pa\u0308ssword'].map(passphraseKey),
    );
    expect(one!.signing.equals(other!.signing)).toBe(false);
    expect(one!.signing.equals(same!.signing)).toBe(false);
    expect(one!.signing.equals(one!.encryption)).toBe(false);
  });

  it('is tried as given first, then for its composed and its decomposed form', async () => {
    const [composed, decomposed] = ['p\u00e4ssword', 'pa\u0308ssword'] as const;
    const signing = async (passphrase: string) => (await passphraseKey(passphrase)).signing;
    const tried = async (passphrase: string) =>
      (await passphraseKeys(passphrase)).map((key) => key.signing.export().toString('hex'));
    const expected = await Promise.all(
      [composed, decomposed].map(async (form) => (await signing(form)).export().toString('hex')),
    );
    expect(await tried(composed)).toEqual(expected);
    expect(await tried(decomposed)).toEqual(expected.toReversed());
    const mixed = `${composed}${decomposed}`;
    expect(await tried(mixed)).toHaveLength(3);
    expect(await tried('password')).toHaveLength(1);
    const token = encryptFernet(await passphraseKey(composed), 'opened');
    expect(decryptFernet(await passphraseKeys(decomposed), token)).toBe('opened');
    expect(() => decryptFernet([], token)).toThrow(DecryptionError);
  });
});
