import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { VerifiedPasswords } from '../../../src/auth/verified-passwords.js';

const HASH = '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g';
const PASSWORD = 'canary-of-a-password';
const MINUTE = 60_000;
const BOUND = 10_000;

function remembered(): { cache: VerifiedPasswords; tag: string; pass: (milliseconds: number) => void } {
  let now = 1_000_000;
  const cache = new VerifiedPasswords(() => now);
  const tag = cache.tagOf(HASH, PASSWORD);
  cache.add(tag);
  return { cache, tag, pass: (milliseconds) => void (now += milliseconds) };
}

describe('the passwords that were verified', () => {
  it('are remembered for the hash they were verified against', () => {
    const { cache } = remembered();
    expect(cache.has(cache.tagOf(HASH, PASSWORD))).toBe(true);
  });

  it('are known only once they are added', () => {
    const cache = new VerifiedPasswords();
    const tag = cache.tagOf(HASH, PASSWORD);
    expect(cache.has(tag)).toBe(false);
    expect(cache.has(tag)).toBe(false);
    cache.add(tag);
    expect(cache.has(tag)).toBe(true);
  });

  it.each([
    ['another password', HASH, 'another'],
    ['an empty password', HASH, ''],
    ['a longer password', HASH, `${PASSWORD}x`],
    ['a shorter password', HASH, PASSWORD.slice(0, -1)],
    ['the password in another case', HASH, PASSWORD.toUpperCase()],
    ['a changed hash', HASH.replace('aGFz', 'bGFz'), PASSWORD],
    ['the same password under a fresh salt', HASH.replace('c2Fs', 'd2Fs'), PASSWORD],
    ['a letter moved from the password to the hash', `${HASH}c`, PASSWORD.slice(1)],
    ['a letter moved from the hash to the password', HASH.slice(0, -1), `${HASH.at(-1)}${PASSWORD}`],
  ])('do not speak for %s', (_, hash, password) => {
    const { cache } = remembered();
    expect(cache.has(cache.tagOf(hash, password))).toBe(false);
  });

  it('are forgotten after five minutes in which nobody brought them', () => {
    const { cache, tag, pass } = remembered();
    for (let minute = 0; minute < 20; minute += 1) {
      pass(MINUTE + 1);
      expect(cache.has(tag)).toBe(true);
    }
    pass(5 * MINUTE - 1);
    expect(cache.has(tag)).toBe(true);
    pass(5 * MINUTE);
    expect(cache.has(tag)).toBe(false);
    pass(-5 * MINUTE);
    expect(cache.has(tag)).toBe(false);
  });

  it('are remembered anew where they are verified anew', () => {
    const { cache, tag, pass } = remembered();
    pass(4 * MINUTE);
    cache.add(tag);
    pass(5 * MINUTE - 1);
    expect(cache.has(tag)).toBe(true);
    pass(5 * MINUTE);
    expect(cache.has(tag)).toBe(false);
  });

  it('are at most ten thousand: then the one not brought for longest goes', () => {
    const { cache, tag, pass } = remembered();
    for (let index = 1; index < BOUND; index += 1) cache.add(`tag-${index}`);
    pass(2 * MINUTE);
    expect(cache.has(tag)).toBe(true);
    cache.add('one more');
    expect([tag, 'tag-1', 'tag-2', 'one more'].map((each) => cache.has(each))).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  it('do not push others out by being verified again', () => {
    const { cache, tag } = remembered();
    for (let index = 1; index < BOUND; index += 1) cache.add(`tag-${index}`);
    for (let repeat = 0; repeat < 10; repeat += 1) cache.add('tag-1');
    expect(cache.has(tag)).toBe(true);
  });
});

describe('what is kept of a verified password', () => {
  it('is a code of 32 bytes that only this process can make', () => {
    const one = new VerifiedPasswords();
    const other = new VerifiedPasswords();
    const tag = one.tagOf(HASH, PASSWORD);
    expect(Buffer.from(tag, 'base64')).toHaveLength(32);
    expect(one.tagOf(HASH, PASSWORD)).toBe(tag);
    expect(other.tagOf(HASH, PASSWORD)).not.toBe(tag);
    other.add(tag);
    expect(other.has(other.tagOf(HASH, PASSWORD))).toBe(false);
  });

  it('shows neither the password nor the hash nor the key', () => {
    const { cache, tag } = remembered();
    const shown = `${inspect(cache, { depth: Infinity, showHidden: true })}${JSON.stringify(cache)}`;
    expect(shown).toContain(tag);
    for (const clear of [PASSWORD, HASH]) {
      for (const form of ['utf8', 'base64', 'hex'] as const) {
        expect(shown).not.toContain(Buffer.from(clear).toString(form));
      }
    }
    const fields = Object.values(cache) as unknown[];
    expect(fields.filter((field) => ArrayBuffer.isView(field) || typeof field === 'string')).toEqual([]);
    expect(JSON.stringify(fields)).not.toMatch(/[A-Za-z0-9+/]{16}/);
  });
});
