import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loginNameKey, normaliseLoginName } from '../../../src/users/login-name.js';

const ALICE = createHash('sha256').update('alice').digest('hex');
const keyOf = (name: string) => loginNameKey(name).toString('hex');

describe('the name that guesses are counted under', () => {
  it.each([
    ['as it is', 'alice'],
    ['in capitals', 'ALICE'],
    ['in wide letters', 'ａｌｉｃｅ'],
    ['in wide capitals', 'ＡＬＩＣＥ'],
    ['in mathematical letters', '𝒂𝒍𝒊𝒄𝒆'],
    ['in circled letters', 'ⓐⓛⓘⓒⓔ'],
    ['with spaces around', '  alice '],
    ['with a space within', 'ali ce'],
    ['with a no-break space', 'alice\u00a0'],
    ['with an ideographic space', '\u3000alice'],
    ['with a tab and a line break', '\talice\r\n'],
    ['with a line separator', 'alice\u2028'],
    ['with a zero-width space', 'a\u200blice'],
    ['with a zero-width joiner', 'a\u200dlice'],
    ['with a word joiner', 'a\u2060lice'],
    ['with a byte order mark', '\ufeffalice'],
    ['with a soft hyphen', 'al\u00adice'],
    ['with a variation selector', 'a\ufe0flice'],
    ['with a right-to-left override', '\u202ealice'],
    ['with a combining grapheme joiner', 'a\u034flice'],
    ['with a Hangul filler', 'alice\u3164'],
    ['with an annotation mark', 'a\ufff9lice'],
    ['with a tag character', 'alice\u{e0061}'],
    ['percent-encoded', '%61lice'],
    ['percent-encoded as a whole', '%61%6C%69%63%65'],
    ['percent-encoded in wide letters', '%EF%BD%81lice'],
    ['with a percent-encoded space', 'alice%20'],
    ['with a percent-encoded zero-width space', 'a%E2%80%8Blice'],
  ])('is the same %s', (_, name) => {
    expect(normaliseLoginName(name)).toBe('alice');
    expect(keyOf(name)).toBe(ALICE);
  });

  it.each(['alice2', 'alic', 'a.lice', 'a-lice', 'a_lice', 'a~lice', 'bob', '', 'аlice'])(
    'of %j is another one',
    (name) => {
      expect(keyOf(name)).not.toBe(ALICE);
    },
  );

  it('is one for composed and decomposed letters', () => {
    expect(normaliseLoginName('zoe\u0308')).toBe('zo\u00eb');
    expect(keyOf('zoe\u0308')).toBe(keyOf('ZO\u00cb'));
  });

  it.each(['100%', '%', '%zz', '%ff', 'a%', '%e2%82'])('keeps %j, which is no percent-encoding', (name) => {
    expect(normaliseLoginName(name)).toBe(name);
  });

  it('takes a plus for a plus', () => {
    expect(normaliseLoginName('a+b')).toBe('a+b');
  });

  it('is 32 bytes of which the name cannot be read, for any text at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        expect(loginNameKey(name)).toHaveLength(32);
      }),
    );
    expect(loginNameKey('\ud800')).toHaveLength(32);
    expect(loginNameKey('')).toHaveLength(32);
    expect(loginNameKey('alice').toString('latin1')).not.toContain('alice');
  });

  it('is shared by all spellings that can log in as one user, and by no two users', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9._~-]{1,24}$/);
    fc.assert(
      fc.property(name, name, (one, other) => {
        expect(keyOf(one.toUpperCase())).toBe(keyOf(one.toLowerCase()));
        expect(keyOf(one) === keyOf(other)).toBe(one.toLowerCase() === other.toLowerCase());
      }),
      { numRuns: 500 },
    );
  });
});
