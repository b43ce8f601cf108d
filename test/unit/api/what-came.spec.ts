import { describe, expect, it } from '@jest/globals';
import { kindOf, withWhatCame } from '../../../src/api/input/what-came.js';
import { JsonText } from '../../../src/api/json/json-text.js';

const KINDS: [unknown, string][] = [
  [null, 'null'],
  ['', 'an empty string'],
  ['canary', 'a string'],
  [-1.5, 'a number'],
  [true, 'a boolean'],
  [false, 'a boolean'],
  [['canary'], 'an array'],
  [{ canary: 1 }, 'an object'],
];

describe('kindOf', () => {
  it.each(KINDS)('names the kind of %j', (value, kind) => {
    expect(kindOf(value)).toBe(kind);
    expect(kindOf(new JsonText(JSON.stringify(value)))).toBe(kind);
  });
});

describe('withWhatCame', () => {
  const RULE = '`name` must be a string';

  it('says that a field is missing, and what it must be', () => {
    expect(withWhatCame(RULE, 'name', undefined)).toBe('`name` is missing: it must be a string');
    expect(withWhatCame('Give one of two', 'name', undefined)).toBe('Give one of two');
  });

  it('names the type that came, and the length of a text that is too long', () => {
    expect(withWhatCame(RULE, 'name', 7)).toBe('`name` must be a string; a number came');
    expect(withWhatCame(RULE, 'name', null)).toBe('`name` must be a string; null came');
    const longest = '`name` can be at most 3 characters long';
    expect(withWhatCame(longest, 'name', '\u{1f511}'.repeat(4))).toBe(`${longest}; 4 came`);
    expect(withWhatCame('`name` must be true or false', 'name', 'canary')).toBe(
      '`name` must be true or false; a string came',
    );
    expect(withWhatCame('`name` must be one of a, b', 'name', 'canary')).toBe('`name` must be one of a, b');
  });

  it.each<[message: string, value: unknown, addition: string]>([
    ['`name` must be a whole number from 1 to 9', 10, ''],
    ['`name` must be a whole number from 1 to 9', '5', '; a string came'],
    ['`name` must be a whole number from 1 to 9', {}, '; an object came'],
    ['`name` must be an array of 1 to 9 keys', [], ''],
    ['`name` must be an array of 1 to 9 keys', 'canary', '; a string came'],
    ['`name` must be an object of texts', [], '; an array came'],
    ['`name` has a value that is not valid: `a` must be a string', { a: 7 }, ''],
    ['`name` must be an object; a string came', 'canary', ''],
  ])('adds only what is news: %s', (message, value, addition) => {
    expect(withWhatCame(message, 'name', value)).toBe(message + addition);
  });
});
