import { describe, expect, it } from '@jest/globals';
import { EXPIRY_PATTERN, readSecretExpiry } from '../../../../src/secrets/expiry/secret-expiry.js';

const PATTERN = new RegExp(EXPIRY_PATTERN);

describe('readSecretExpiry', () => {
  it.each([
    ['2027-03-20T08:00:00Z', '2027-03-20T08:00:00.000Z'],
    ['2027-03-20T08:00:00.123456Z', '2027-03-20T08:00:00.123Z'],
    [' 2027-03-20T01:30:00+02:00 ', '2027-03-19T23:30:00.000Z'],
    ['2028-02-29 23:59', '2028-02-29T23:59:00.000Z'],
  ])('reads the time %j', (text, expected) => {
    expect(readSecretExpiry(text)).toEqual({ at: new Date(expected) });
    expect(text).toMatch(PATTERN);
  });

  it('reads durations as tokens have them', () => {
    expect(readSecretExpiry('+1 day 30min')).toEqual({ afterMilliseconds: 24.5 * 3_600_000 });
    expect('+1 day 30min').toMatch(PATTERN);
  });

  it.each([
    ...['', 'tomorrow', '+1 fortnight', '-1h', '2027-03-20', '2027-03-20T08:00Z', '2027-03-20T08:00:00'],
    ...['2027-02-30T08:00:00Z', '2027-03-20T24:00:00Z', '2027-03-20T08:00:00+25:00', '2027-03-20T08:00:60Z'],
    ...['0000-01-01T00:00:00Z', '9999-12-31T23:59:59-01:00', '0001-01-01T00:00:00+01:00', '+7001y'],
  ])('reads nothing in %j', (text) => {
    expect(readSecretExpiry(text)).toBeUndefined();
  });
});
