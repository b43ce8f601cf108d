import { describe, expect, it } from '@jest/globals';
import { BadParameters } from '../../../src/common/errors.js';
import { parseExpiry } from '../../../src/users/tokens/token-expiry.js';

const NOW = Date.UTC(2026, 0, 31, 12, 0);
const read = (text: string) => parseExpiry(text, NOW).toISOString();

describe('parseExpiry', () => {
  it.each([
    ['2026-02-01 00:00', '2026-02-01T00:00:00.000Z'],
    [' 2028-02-29 23:59 ', '2028-02-29T23:59:00.000Z'],
    ['+10h', '2026-01-31T22:00:00.000Z'],
    ['+30 minutes', '2026-01-31T12:30:00.000Z'],
    ['+30min', '2026-01-31T12:30:00.000Z'],
    ['+1 day', '2026-02-01T12:00:00.000Z'],
    ['+1d 2h', '2026-02-01T14:00:00.000Z'],
    ['+1w', '2026-02-07T12:00:00.000Z'],
    ['+1 Month', '2026-03-02T12:00:00.000Z'],
    ['+1y', '2027-01-31T12:00:00.000Z'],
  ])('reads %j', (text, expected) => {
    expect(read(text)).toBe(expected);
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
    '+999999y',
  ])('refuses %j', (text) => {
    expect(() => read(text)).toThrow(BadParameters);
  });

  it.each(['2026-01-31 12:00', '2020-01-01 00:00', '+0h'])('refuses what is past: %j', (text) => {
    expect(() => read(text)).toThrow(/date.*in.*past/);
  });
});
