import { createHash } from 'node:crypto';
import { format, inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { StartupError } from '../../../src/common/startup-error.js';
import { RootKeys } from '../../../src/crypto/root-keys.js';

const bytesOf = (name: string) => createHash('sha256').update(`strongroom unit tests: ${name}`).digest();
const ONE = bytesOf('one').toString('base64');
const TWO = bytesOf('two').toString('base64');

function failureOf(text: string): Error {
  try {
    RootKeys.parse(text);
  } catch (error) {
    return error as Error;
  }
  throw new Error('It was taken');
}

/** Tells whether eight consecutive characters of `material` appear in the message. */
const repeats = (message: string, material: string): boolean =>
  Array.from(material, (_, at) => material.slice(at, at + 8)).some(
    (piece) => piece.length === 8 && message.includes(piece),
  );

const NEITHER = 'STRONGROOM_ROOT_KEYS holds no key: give id:base64 pairs';
const NO_ID = /^STRONGROOM_ROOT_KEYS, pair 1: expected id:base64/;
const NO_KEY = /^STRONGROOM_ROOT_KEYS, pair 1: the key must be the base64 of exactly 32 bytes$/;
const NOT_RANDOM = /^STRONGROOM_ROOT_KEYS, pair 1: the key is not random/;

const MALFORMED: [what: string, text: string, message: string | RegExp][] = [
  ['nothing', '', NEITHER],
  ['white space', ' \n\t', NEITHER],
  ['commas', ',,', NEITHER],
  ['a key without an id', ONE, NO_ID],
  ['an empty id', `:${ONE}`, NO_ID],
  ['an id with a forbidden character', `a/b:${ONE}`, NO_ID],
  ['an id with a letter beyond ASCII', `schlüssel:${ONE}`, NO_ID],
  ['an id of 65 characters', `${'k'.repeat(65)}:${ONE}`, NO_ID],
  ['key and id exchanged', `${ONE}:root`, NO_ID],
  ['hexadecimal and id exchanged', `${bytesOf('one').toString('hex')}:root`, NO_KEY],
  ['base64url and id exchanged', `${bytesOf('one').toString('base64url')}:root`, NO_KEY],
  ['a space before the colon', `root :${ONE}`, NO_ID],
  ['a space after the colon', `root: ${ONE}`, NO_KEY],
  ['quotes', `"root:${ONE}"`, NO_ID],
  ['the name of the variable', `STRONGROOM_ROOT_KEYS=root:${ONE}`, NO_ID],
  ['an id alone', 'root', NO_ID],
  ['an id and a colon', 'root:', NO_KEY],
  ['31 bytes', `root:${bytesOf('one').subarray(1).toString('base64')}`, NO_KEY],
  ['33 bytes', `root:${Buffer.concat([bytesOf('one'), Buffer.of(1)]).toString('base64')}`, NO_KEY],
  ['16 bytes', `root:${bytesOf('one').subarray(16).toString('base64')}`, NO_KEY],
  ['hexadecimal', `root:${bytesOf('one').toString('hex')}`, NO_KEY],
  ['missing padding', `root:${ONE.slice(0, -1)}`, NO_KEY],
  ['too much padding', `root:${ONE}=`, NO_KEY],
  ['base64url', `root:${'-_'.repeat(21)}8=`, NO_KEY],
  ['stray bits in the last character', `root:${'A'.repeat(41)}xB=`, NO_KEY],
  ['a character that is not of base64', `root:*${ONE}`, NO_KEY],
  ['a second colon', `root:x:${ONE}`, NO_KEY],
  ['a semicolon between pairs', `root:${ONE};two:${TWO}`, NO_KEY],
  ['a password', 'root:correct-horse-battery-staple', NO_KEY],
  ['32 zero bytes', `root:${Buffer.alloc(32).toString('base64')}`, NOT_RANDOM],
  ['32 equal bytes', `root:${Buffer.alloc(32, 0x61).toString('base64')}`, NOT_RANDOM],
];

describe('RootKeys.parse', () => {
  it.each(MALFORMED)('refuses %s and repeats nothing of it', (_what, text, message) => {
    const failure = failureOf(text);
    expect(failure).toBeInstanceOf(StartupError);
    expect(failure.message).toMatch(message);
    expect(failure.cause).toBeUndefined();
    for (const part of text.split(/[\s:,;]+/)) {
      if (!part.startsWith('STRONGROOM')) expect(repeats(failure.message, part)).toBe(false);
    }
  });

  it('names the pair by its place', () => {
    expect(failureOf(`one:${ONE} two:x`).message).toMatch(/pair 2: the key must be/);
    expect(failureOf(`one:${ONE},,two:${TWO}\n???`).message).toMatch(/pair 3: expected/);
  });

  it('names the file that the pairs come from', () => {
    expect(() => RootKeys.parse('???', 'The root key file')).toThrow(/^The root key file, pair 1: /);
    expect(() => RootKeys.parse('', 'The root key file')).toThrow(/^The root key file holds no key/);
  });

  it('refuses an id that stands twice, even with the same key', () => {
    for (const key of [ONE, TWO]) {
      const failure = failureOf(`one:${ONE},one:${key}`);
      expect(failure).toBeInstanceOf(StartupError);
      expect(failure.message).toBe('STRONGROOM_ROOT_KEYS names the id "one" twice');
    }
  });

  it.each([',', ' ', '\n', '\r\n', '\t', ' , ', ',\n,'])('takes %j between pairs', (between) => {
    const keys = RootKeys.parse(`${between}b.1:${ONE}${between}A_-2:${TWO}${between}`);
    expect(keys.ids).toEqual(['b.1', 'A_-2']);
    expect(keys.has('b.1')).toBe(true);
    expect(keys.has('a_-2')).toBe(false);
    expect(keys.checkValue('b.1')).toEqual(RootKeys.parse(`b.1:${ONE}`).checkValue('b.1'));
  });

  it('takes any 32 bytes but equal ones, under any id of the rule', () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((of) => new Set(of).size > 1);
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/), bytes, (id, of) => {
        expect(RootKeys.parse(`${id}:${Buffer.from(of).toString('base64')}`).ids).toEqual([id]);
      }),
    );
  });

  it('refuses anything else without repeating it', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\x21-\x2b\x2d-\x7e]{8,80}$/), (text) => {
        for (const given of [text, `root:${text}`, `${text}:root`]) {
          const failure = failureOf(given);
          expect(failure).toBeInstanceOf(StartupError);
          expect(repeats(failure.message, text)).toBe(false);
        }
      }),
    );
  });

  it('gives keys that nothing prints', () => {
    const keys = RootKeys.parse(`root:${ONE}`);
    const shown = [
      inspect(keys, { depth: 9, showHidden: true }),
      JSON.stringify(keys),
      format('%s %o', keys, keys),
    ].join('\n');
    for (const form of ['base64', 'hex', 'latin1'] as const) {
      expect(repeats(shown, bytesOf('one').toString(form))).toBe(false);
    }
    expect(shown).not.toMatch(/Buffer|Uint8Array/);
  });
});
