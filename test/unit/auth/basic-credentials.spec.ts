import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readBasicCredentials } from '../../../src/auth/basic-credentials.js';

const encode = (credentials: string | readonly number[]) =>
  (typeof credentials === 'string' ? Buffer.from(credentials) : Buffer.from(credentials)).toString('base64');
const basic = (credentials: string | readonly number[]) =>
  readBasicCredentials(`Basic ${encode(credentials)}`);

describe('the header of the Basic scheme', () => {
  it('is read as clients before 2020-09 send it, in the URL-safe alphabet', () => {
    const expected = { username: 'admin', password: 'a???>>>' };
    expect(readBasicCredentials('Basic YWRtaW46YT8_Pz4-Pg==')).toEqual(expected);
    expect(readBasicCredentials('Basic YWRtaW46YT8/Pz4+Pg==')).toEqual(expected);
  });

  it.each(['Basic YWxpY2U6cHc=', 'Basic YWxpY2U6cHc', 'basic YWxpY2U6cHc=', 'BASIC   YWxpY2U6cHc=  '])(
    'is read as %j',
    (header) => {
      expect(readBasicCredentials(header)).toEqual({ username: 'alice', password: 'pw' });
    },
  );

  it.each([
    ['a colon', 'with:colon'],
    ['colons only', ':::'],
    ['a colon at its begin and end', ':x:'],
    ['spaces around', '  x  '],
    ['nothing', ''],
    ['letters of other scripts', 'пароль-密碼-🔑'],
    ['a byte order mark', '\ufeffx'],
    ['a percent-encoding', '%41%3a'],
    ['a combining accent', 'e\u0301'],
  ])('gives a password of %s unchanged', (_, password) => {
    expect(basic(`alice:${password}`)).toEqual({ username: 'alice', password });
  });

  it.each(['ALICE', ' alice ', '\ufeffalice', 'älice', 'a%20b'])(
    'gives the name %j unchanged',
    (username) => {
      expect(basic(`${username}:pw`)).toEqual({ username, password: 'pw' });
    },
  );

  it.each([
    ['no header', undefined],
    ['an empty one', ''],
    ['the scheme only', 'Basic'],
    ['the scheme and a space', 'Basic '],
    ['no space after the scheme', `Basic${encode('alice:pw')}`],
    ['a tab after the scheme', `Basic\t${encode('alice:pw')}`],
    ['a space before the scheme', ` Basic ${encode('alice:pw')}`],
    ['another scheme', `Bearer ${encode('alice:pw')}`],
    ['a scheme that ends in Basic', `XBasic ${encode('alice:pw')}`],
    ['a scheme that begins with Basic', `Basics ${encode('alice:pw')}`],
    ['credentials without a scheme', encode('alice:pw')],
    ['credentials that are not encoded', 'Basic alice:pw'],
    ['something after the credentials', `Basic ${encode('alice:pw')} more`],
    ['two credentials', `Basic ${encode('alice:pw')}, Basic ${encode('alice:pw')}`],
    ['a comma at the end', `Basic ${encode('alice:pw')},`],
    ['a line break at the end', `Basic ${encode('alice:pw')}\n`],
    ['a second line', `Basic ${encode('alice:pw')}\r\nX: y`],
    ['too much padding', `Basic ${encode('alice:pwd')}===`],
    ['padding in the middle', 'Basic YWxp=Y2U6cHc'],
    ['padding only', 'Basic =='],
    ['a character of neither alphabet', 'Basic YWxpY2U6c*c='],
  ])('is not %s', (_, header) => {
    expect(readBasicCredentials(header)).toBeUndefined();
  });

  it.each([
    ['no colon', 'alice'],
    ['no name', ':pw'],
    ['a colon only', ':'],
    ['NUL in the name', 'al\u0000ice:pw'],
    ['NUL at the end of the name', 'alice\u0000:pw'],
    ['NUL in the password', 'alice:p\u0000w'],
    ['NUL at the end of the password', 'alice:pw\u0000'],
    ['a byte that UTF-8 has not', [0x61, 0x3a, 0xff]],
    ['Latin-1', [0x61, 0x3a, 0xe4]],
    ['an overlong slash', [0x61, 0x3a, 0xc0, 0xaf]],
    ['an overlong NUL', [0x61, 0x3a, 0xc0, 0x80]],
    ['a surrogate', [0x61, 0x3a, 0xed, 0xa0, 0x80]],
    ['a letter cut off', [0x61, 0x3a, 0xe2, 0x82]],
    ['UTF-16', [0xff, 0xfe, 0x61, 0x00, 0x3a, 0x00]],
  ])('holds no credentials with %s', (_, credentials) => {
    expect(basic(credentials)).toBeUndefined();
  });

  it('gives other control characters as they are: no user has such a name, and a hash takes any password', () => {
    const controls = Array.from({ length: 31 }, (_, index) => String.fromCharCode(index + 1)).join('');
    expect(basic(`a${controls}\u007f:${controls}\u0085`)).toEqual({
      username: `a${controls}\u007f`,
      password: `${controls}\u0085`,
    });
  });

  it('may have 8192 characters and no more', () => {
    const longest = `Basic ${encode(`alice:${'x'.repeat(6000)}`)}`;
    const fill = ' '.repeat(8192 - longest.length);
    expect(readBasicCredentials(longest + fill)?.password).toBe('x'.repeat(6000));
    expect(readBasicCredentials(`${longest}${fill} `)).toBeUndefined();
    expect(readBasicCredentials(`Basic${' '.repeat(100_000)}${encode('alice:pw')}`)).toBeUndefined();
  });

  it('gives back what any client encodes, in either alphabet, padded or not', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 }).filter((value) => !value.includes('\u0000'));
    const name = text.filter((value) => value !== '' && !value.includes(':'));
    const alphabet = fc.constantFrom<BufferEncoding>('base64', 'base64url');
    fc.assert(
      fc.property(name, text, alphabet, (username, password, encoding) => {
        const encoded = Buffer.from(`${username}:${password}`).toString(encoding);
        expect(readBasicCredentials(`Basic ${encoded}`)).toEqual({ username, password });
        expect(readBasicCredentials(`Basic ${encoded.replaceAll('=', '')}`)).toEqual({ username, password });
      }),
      { numRuns: 300 },
    );
  });
});
