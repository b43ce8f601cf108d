import { describe, expect, it } from '@jest/globals';
import { BadParameters } from '../../../src/common/errors.js';
import { parseExpiry } from '../../../src/users/tokens/token-expiry.js';

const HOUR = 3_600_000;

describe('parseExpiry', () => {
  it.each([
    ['2026-02-01 00:00', '2026-02-01T00:00:00.000Z'],
    [' 2028-02-29 23:59 ', '2028-02-29T23:59:00.000Z'],
    ['2020-01-01 00:00', '2020-01-01T00:00:00.000Z'],
  ])('reads the time %j', (text, expected) => {
    expect(parseExpiry(text)).toEqual({ at: new Date(expected) });
  });

  it.each([
    ['+10h', 10],
    ['+30 minutes', 0.5],
    ['+30min', 0.5],
    ['+1 day', 24],
    ['+1d 2h', 26],
    ['+1w', 7 * 24],
    ['+1 Month', 30 * 24],
    ['+1y', 365 * 24],
    ['+7000y', 7_000 * 365 * 24],
  ])('reads the duration %j', (text, hours) => {
    expect(parseExpiry(text)).toEqual({ afterMilliseconds: hours * HOUR });
  });

  it.each([
    '',
    '10h',
    '+',
    '+10',
    '+h',
    '+10 fortnights',
    '-10h',
    '+1.5h',
    '2026-02-30 00:00',
    '2026-02-01',
    '2026-02-01T00:00',
    '+7001y',
    '+999999y',
    `+${'999999y'.repeat(50)}`,
  ])('refuses %j', (text) => {
    expect(() => parseExpiry(text)).toThrow(BadParameters);
  });

  it('refuses a duration of nothing', () => {
    expect(() => parseExpiry('+0h')).toThrow(/date.*in.*past/);
  });
});
