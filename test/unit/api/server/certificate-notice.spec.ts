import { describe, expect, it } from '@jest/globals';
import { certificateNotice } from '../../../../src/api/http/server/certificate-notice.js';

const validFrom = Date.parse('2030-01-01T00:00:00Z');
const validTo = Date.parse('2030-04-01T00:00:00Z');
const noticeAt = (time: string) => certificateNotice({ validFrom, validTo }, Date.parse(time));

describe('certificateNotice', () => {
  it.each(['2030-01-01T00:00:00Z', '2030-03-01T23:59:59Z'])('has nothing to say at %s', (time) => {
    expect(noticeAt(time)).toBeUndefined();
  });

  it.each([
    [
      '2030-03-02T00:00:01Z',
      'warn',
      'expires in 29 days, at 2030-04-01T00:00:00.000Z: put a new certificate',
    ],
    ['2030-03-24T23:59:59Z', 'warn', 'expires in 7 days'],
    ['2030-03-25T00:00:01Z', 'error', 'expires in 6 days'],
    ['2030-03-30T12:00:00Z', 'error', 'expires in 1 day, at'],
    ['2030-03-31T12:00:00Z', 'error', 'expires in less than a day'],
    ['2030-04-01T00:00:01Z', 'error', 'expired at 2030-04-01T00:00:00.000Z: clients refuse it; put a new'],
    [
      '2029-12-31T23:59:59Z',
      'error',
      'is not valid before 2030-01-01T00:00:00.000Z: clients refuse it; look at the clock',
    ],
  ])('tells at %s, as %s: %s', (time, level, text) => {
    expect(noticeAt(time)).toMatchObject({ level, text: expect.stringContaining(text) });
  });

  it('is due once until a week before the end, and then every day', () => {
    const keys = ['03-02', '03-10', '03-24', '03-26', '03-27', '04-02', '04-03'].map(
      (day) => noticeAt(`2030-${day}T12:00:00Z`)?.key,
    );
    expect(new Set(keys.slice(0, 3)).size).toBe(1);
    expect(new Set(keys).size).toBe(5);
  });
});
