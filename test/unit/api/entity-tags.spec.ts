import { describe, expect, it } from '@jest/globals';
import { isOfCompressed, parseEntityTags, weakText } from '../../../src/api/conditions/entity-tags.js';

const tag = (text: string, isWeak = false) => ({ text, isWeak });

describe('parseEntityTags', () => {
  it.each([
    ['*', '*'],
    [' * ', '*'],
    ['"a"', [tag('a')]],
    ['W/"a"', [tag('a', true)]],
    ['"a", W/"b" ,"c"', [tag('a'), tag('b', true), tag('c')]],
    [',, "a",\t,', [tag('a')]],
    ['"a,b"', [tag('a,b')]],
    ['""', [tag('')]],
    ['"*"', [tag('*')]],
    ['"\u00e9"', [tag('\u00e9')]],
  ])('reads %j', (header, expected) => {
    expect(parseEntityTags(header)).toEqual(expected);
  });

  it.each([
    '',
    ' ',
    ',',
    'a',
    '"a',
    'a"',
    '"a" "b"',
    '"a""b"',
    'w/"a"',
    'W/ "a"',
    '*,"a"',
    '"a",*',
    '"a b"',
    '"a\u0000"',
  ])('reads nothing in %j', (header) => {
    expect(parseEntityTags(header)).toBeUndefined();
  });

  it('reads every list that it is given', () => {
    const tags = Array.from({ length: 500 }, (_, index) => tag(`t${index}`, index % 3 === 0));
    const header = tags.map(({ text, isWeak }) => `${isWeak ? 'W/' : ''}"${text}"`).join(', ');
    expect(parseEntityTags(header)).toEqual(tags);
  });
});

describe('a tag that a compressing proxy has changed', () => {
  it.each(['a-gzip', 'a--gzip', 'a;gzip', 'a-br', 'a-deflate', 'a-zstd'])('is known by %s', (text) => {
    expect([isOfCompressed(tag(text)), weakText(tag(text))]).toEqual([true, 'a']);
  });

  it('is known by being weak, and others are not', () => {
    expect(isOfCompressed(tag('a', true))).toBe(true);
    for (const text of ['a', 'gzip', 'a-gzip-b', 'a.masked'])
      expect([isOfCompressed(tag(text)), weakText(tag(text))]).toEqual([false, text]);
  });
});
