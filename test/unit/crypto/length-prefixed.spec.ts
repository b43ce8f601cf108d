import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lengthPrefixed, uint32, uuidBytes } from '../../../src/crypto/length-prefixed.js';
import { lp } from './reference-implementation.js';

describe('lengthPrefixed', () => {
  it('writes each part after its length', () => {
    expect(lengthPrefixed(['ab', '', Buffer.of(255)]).toString('hex')).toBe(
      '000000026162' + '00000000' + '00000001ff',
    );
    expect(lengthPrefixed([]).length).toBe(0);
    expect(lengthPrefixed(['ü€😀']).readUInt32BE()).toBe(9);
  });

  it('tells apart what the bytes alone do not', () => {
    const lists = [
      ['ab'],
      ['a', 'b'],
      ['', 'ab'],
      ['ab', ''],
      ['', 'a', 'b'],
      ['a', '', 'b'],
      ['\0\0\0\x02ab'],
    ];
    expect(new Set(lists.map((parts) => lengthPrefixed(parts).toString('hex'))).size).toBe(lists.length);
  });

  it('gives two lists the same bytes only if they are the same, as the reference does', () => {
    const parts = fc.array(fc.string({ unit: fc.constantFrom('\0', '\x01', 'a'), maxLength: 6 }), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        expect(lengthPrefixed(one)).toEqual(lp(...one));
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(lengthPrefixed(one).equals(lengthPrefixed(other))).toBe(same);
      }),
    );
  });
});

describe('uint32', () => {
  it('is big-endian and refuses what does not fit', () => {
    expect(uint32(0x01020304).toString('hex')).toBe('01020304');
    expect(uint32(2 ** 32 - 1).toString('hex')).toBe('ffffffff');
    for (const value of [-1, 2 ** 32, Infinity]) expect(() => uint32(value)).toThrow(/out of range/);
  });
});

describe('uuidBytes', () => {
  it('takes the bytes in the order of the text, in either case', () => {
    const text = '00112233-4455-6677-8899-aabbccddeeff';
    expect(uuidBytes(text).toString('hex')).toBe('00112233445566778899aabbccddeeff');
    expect(uuidBytes(text.toUpperCase())).toEqual(uuidBytes(text));
  });

  it.each([
    '',
    '00112233445566778899aabbccddeeff',
    '{00112233-4455-6677-8899-aabbccddeeff}',
    '00112233-4455-6677-8899-aabbccddeef',
    '00112233-4455-6677-8899-aabbccddeeff\n',
    '00112233-4455-6677-8899-aabbccddeefg',
    '0011-22334455-6677-8899-aabbccddeeff',
  ])('refuses %j', (text) => {
    expect(() => uuidBytes(text)).toThrow(new TypeError('Not a UUID'));
  });
});
