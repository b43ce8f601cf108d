import { describe, expect, it } from '@jest/globals';
import {
  opaqueString,
  passwordProblem,
  shortestFirstPassword,
} from '../../../../src/common/passwords/password-rules.js';

describe('the form of a password', () => {
  it.each([
    ['correct horse', 'correct horse'],
    ['cafe\u0301', 'caf\u00e9'],
    ['caf\u00e9', 'caf\u00e9'],
    ['\u212b', '\u00c5'],
    ['\ufb01', '\ufb01'],
    ['\uff41', '\uff41'],
    ['Case', 'Case'],
    ['a\u00a0b\u3000c\u2003d', 'a b c d'],
    [' x ', ' x '],
    ['', ''],
  ])('of %j is %j', (password, form) => {
    expect(opaqueString(password)).toBe(form);
    expect(opaqueString(form)).toBe(form);
  });

  it.each([
    ['abcdefg', /8 to 256 characters long, and is shorter$/],
    ['e\u0301'.repeat(7), /8 to 256 characters long, and is shorter$/],
    ['x'.repeat(257), /8 to 256 characters long, and is longer$/],
    ['abcd\u0000efg', /control/],
    ['abcd\nefg', /control/],
    ['abcd\u007fefg', /control/],
    ['abcd\u0085efg', /control/],
    ['abcdefg\ud800', /well-formed/],
  ])('%j is not taken', (password, problem) => {
    expect(passwordProblem(password, 8)).toMatch(problem);
  });

  it.each(['abcdefgh', 'e\u0301'.repeat(256), '\u{1f511}'.repeat(8), '  abcd  '])(
    '%j is taken',
    (password) => {
      expect(passwordProblem(password, 8)).toBeUndefined();
    },
  );

  it('has as many characters as the configuration says, and twelve for the first one in production', () => {
    expect(passwordProblem('abcde', 5)).toBeUndefined();
    expect(passwordProblem('abcd', 5)).toMatch(/5 to 256/);
    expect(shortestFirstPassword(8, false)).toBe(8);
    expect(shortestFirstPassword(8, true)).toBe(12);
    expect(shortestFirstPassword(16, true)).toBe(16);
  });
});
