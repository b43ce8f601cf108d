import { describe, expect, it } from '@jest/globals';
import { secretTextOf } from '../../../../src/common/passwords/secret-text.js';

const line = (content: string | Buffer) => secretTextOf(Buffer.from(content as string), 'line');

describe('the text of a secret', () => {
  it.each([
    ['canary', 'canary'],
    ['canary\n', 'canary'],
    ['canary\r\n', 'canary'],
    ['\ufeffcanary', 'canary'],
    ['\ufeffcanary\r\n', 'canary'],
    ['two words', 'two words'],
    ['p\u00e4ssw\u00f6rd \u{1f511}', 'p\u00e4ssw\u00f6rd \u{1f511}'],
    ['family \u{1f468}\u200d\u{1f469}', 'family \u{1f468}\u200d\u{1f469}'],
  ])('in %j is %j', (content, text) => {
    expect(line(content)).toEqual({ text });
  });

  it.each([
    ['', /is empty/],
    ['\n', /is empty/],
    ['\ufeff', /is empty/],
    ['\ufeff\r\n', /is empty/],
    [' \t\n', /is empty/],
    ['canary\n\n', /more than one line/],
    ['canary\r\n\r\n', /more than one line/],
    ['canary\r', /more than one line/],
    ['\ncanary', /more than one line/],
    ['one\ntwo\n', /more than one line/],
    ['canary ', /begins or ends with a blank/],
    [' canary\n', /begins or ends with a blank/],
    ['canary\t\r\n', /begins or ends with a blank/],
    ['canary\u00a0', /begins or ends with a blank/],
    ['canary\u200b', /invisible character/],
    ['\ufeff\ufeffcanary', /invisible character/],
    ['can\tary', /control characters/],
    ['can\u001b[31mary', /control characters/],
    ['can\u2028ary', /control characters/],
    ['can\ufffdary', /control characters/],
    ['can\u0000ary', /NUL/],
    ['canary\u0000', /NUL/],
    [Buffer.from('canary', 'utf16le'), /UTF-16/],
    [Buffer.from('\ufeffcan\u00e9ary\u4e2d\n', 'utf16le'), /UTF-16/],
    [Buffer.from('\ufeffcan\u00e9ary\n', 'utf16le').swap16(), /UTF-16/],
    [Buffer.from('canary\n', 'utf16le').swap16(), /UTF-16/],
    [Buffer.from('can\u00e9ary', 'latin1'), /not in UTF-8/],
  ])('is refused for %j', (content, problem) => {
    const read = line(content);
    expect(read).toEqual({ problem: expect.stringMatching(problem) });
    expect(JSON.stringify(read)).not.toMatch(/can|ary/);
  });

  it('of a list may have white space between and around its items', () => {
    const list = (content: string) => secretTextOf(Buffer.from(content), 'list');
    expect(list('\ufeffone\r\n two \n\n')).toEqual({ text: 'one\r\n two \n\n' });
    expect(list(' \n')).toEqual({ problem: 'is empty' });
    expect(list('one\u0000')).toEqual({ problem: expect.stringContaining('NUL') });
  });
});
