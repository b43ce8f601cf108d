import { describe, expect, it } from '@jest/globals';
import type { ArgumentMetadata } from '@nestjs/common';
import fc from 'fast-check';
import { PageQuery } from '../../../src/api/lists/paging.js';
import { ValidatedQueryPipe } from '../../../src/api/input/validated-query.pipe.js';
import { BadParameters, IllegalAction } from '../../../src/common/errors.js';

const QUERY: ArgumentMetadata = { type: 'query', metatype: PageQuery };
const pipe = new ValidatedQueryPipe();
const read = (query: object): unknown => pipe.transform(query, QUERY);

describe('ValidatedQueryPipe', () => {
  it('makes a page of a query', () => {
    expect(read({})).toEqual({ _size: 1000, _offset: 0 });
    expect(read({ _size: '0', _offset: '2147483647' })).toEqual({ _size: 0, _offset: 2147483647 });
    expect(read({ _size: '007' })).toEqual({ _size: 7, _offset: 0 });
    expect(read({ _size: '1000' })).toBeInstanceOf(PageQuery);
  });

  it('never grants a page of more than 1,000', () => {
    for (const size of ['1001', '99999999999', '1000000000']) {
      expect(() => read({ _size: size })).toThrow(new IllegalAction('`_size` can be at most 1000'));
    }
  });

  it.each([
    '-1',
    '+1',
    '1.0',
    '1.5',
    '1e2',
    '0x10',
    '',
    ' ',
    ' 1',
    '1 ',
    'NaN',
    'Infinity',
    '١',
    '9'.repeat(400),
    '1_0',
  ])('refuses %j for a number', (text) => {
    for (const [name, largest] of Object.entries({ _size: 1_000, _offset: 2 ** 31 - 1 })) {
      const refusal = new BadParameters(`\`${name}\` must be a whole number from 0 to ${largest}`);
      expect(() => read({ [name]: text })).toThrow(refusal);
    }
  });

  it('bounds the offset', () => {
    expect(() => read({ _offset: '2147483648' })).toThrow(
      new BadParameters('`_offset` can be at most 2147483647'),
    );
  });

  it('refuses what is given twice', () => {
    expect(() => read({ _size: ['1', '2'] })).toThrow(new BadParameters('`_size` may be given only once'));
  });

  it.each(['role', '_sort', 'value', 'toString', 'constructor', '_size[]', '_size[$gt]', '_SIZE', ''])(
    'refuses the unknown name %j',
    (name) => {
      expect(() => read({ [name]: 'canary' })).toThrow(BadParameters);
      expect(() => read({ [name]: 'canary' })).toThrow(`Unknown query parameter "${name}"`);
      expect(() => read({ [name]: 'canary' })).not.toThrow('canary');
    },
  );

  it('refuses __proto__ and prints names harmlessly', () => {
    const query = Object.assign(Object.create(null), JSON.parse('{"__proto__": "x"}')) as object;
    expect(() => read(query)).toThrow(BadParameters);
    expect(() => read({ 'a\nb"\u202e': 'x' })).toThrow('Unknown query parameter "a\\u000ab\\"\\u202e"');
    expect(() => read({ ['x'.repeat(5_000)]: 'x' })).toThrow(/^Unknown query parameter "x{64}…"; known are/);
  });

  it('leaves everything that is not a query with a class alone', () => {
    const query = { any: 'thing' };
    expect(pipe.transform(query, { type: 'query', metatype: Object })).toBe(query);
    expect(pipe.transform(query, { type: 'param', metatype: PageQuery })).toBe(query);
    expect(pipe.transform(query, { type: 'custom', metatype: PageQuery })).toBe(query);
    expect(pipe.transform('x', { type: 'query', metatype: String, data: 'name' })).toBe('x');
  });

  it('gives a page within its bounds or a refusal', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('_size', '_offset', 'x'), fc.string()), (query) => {
        try {
          const page = read(query) as PageQuery;
          expect(Number.isInteger(page._size) && page._size >= 0 && page._size <= 1000).toBe(true);
          expect(Number.isInteger(page._offset) && page._offset >= 0).toBe(true);
        } catch (error) {
          expect(error instanceof BadParameters || error instanceof IllegalAction).toBe(true);
        }
      }),
    );
  });
});
