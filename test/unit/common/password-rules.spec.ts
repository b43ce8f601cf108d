import { describe, expect, it } from '@jest/globals';
import { opaqueString, passwordProblem } from '../../../src/common/password-rules.js';

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
    ['abcd', /5 to 256/],
    ['e\u0301e\u0301e\u0301', /5 to 256/],
    ['x'.repeat(257), /5 to 256/],
    ['abc\u0000def', /control/],
    ['abc\ndef', /control/],
    ['abc\u007fdef', /control/],
    ['abc\u0085def', /control/],
    ['abcde\ud800', /well-formed/],
  ])('%j is not taken', (password, problem) => {
    expect(passwordProblem(password)).toMatch(problem);
  });

  it.each(['abcde', 'e\u0301'.repeat(256), '\u{1f511}'.repeat(5), '  ab  '])('%j is taken', (password) => {
    expect(passwordProblem(password)).toBeUndefined();
  });
});
