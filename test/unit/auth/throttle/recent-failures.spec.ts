import { describe, expect, it } from '@jest/globals';
import { RecentFailures } from '../../../../src/auth/throttle/recent-failures.js';

const MINUTE = 60_000;

describe('the recent failures of a source', () => {
  let now = 0;
  const failures = () => new RecentFailures(() => now);
  const times = (count: number, recent: RecentFailures, source = '192.0.2.1') =>
    Array.from({ length: count }, () => recent.isWithinLimit(source));

  it('are within the limit five times in a quarter of an hour from the first', () => {
    const recent = failures();
    expect(times(7, recent)).toEqual([true, true, true, true, true, false, false]);
    expect(times(1, recent, '192.0.2.2')).toEqual([true]);
    now += 15 * MINUTE - 1;
    expect(times(1, recent)).toEqual([false]);
    now += 1;
    expect(times(6, recent)).toEqual([true, true, true, true, true, false]);
  });

  it('are counted for ten thousand sources; further ones have none until others are forgotten', () => {
    const recent = failures();
    for (let index = 0; index < 10_000; index += 1) expect(recent.isWithinLimit(`${index}`)).toBe(true);
    expect(recent.isWithinLimit('one more')).toBe(false);
    expect(recent.isWithinLimit('9999')).toBe(true);
    now += 15 * MINUTE;
    expect(recent.isWithinLimit('one more')).toBe(true);
  });
});
