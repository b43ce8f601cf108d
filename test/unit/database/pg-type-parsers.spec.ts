import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { typeParsers } from '../../../src/database/connection/pg-type-parsers.js';

const { TIMESTAMPTZ } = pg.types.builtins;
const quick = typeParsers.getTypeParser(TIMESTAMPTZ, 'text') as (text: string) => Date;
const driversOwn = pg.types.getTypeParser(TIMESTAMPTZ, 'text') as (text: string) => Date;

describe('typeParsers', () => {
  it.each([
    '2026-11-25 15:25:05.123+00',
    '2026-11-25 15:25:05.1+00',
    '2026-11-25 15:25:05+00',
    '1969-12-31 23:59:59.999+00',
    '0044-03-15 12:00:00+00 BC',
    '2026-11-25 15:25:05.123+05:30',
    '2026-11-25 15:25:05.123-08',
    '12026-11-25 15:25:05.123+00',
    'infinity',
    '-infinity',
  ])('reads the time %s as the driver does', (text) => {
    expect(quick(text)).toEqual(driversOwn(text));
  });

  it('reads the milliseconds', () => {
    expect(quick('2026-11-25 15:25:05.07+00').toISOString()).toBe('2026-11-25T15:25:05.070Z');
  });

  it('leaves all else to the driver', () => {
    const { BOOL, BYTEA, INT4 } = pg.types.builtins;
    for (const type of [BOOL, BYTEA, INT4])
      expect(typeParsers.getTypeParser(type, 'text')).toBe(pg.types.getTypeParser(type, 'text'));
  });
});
