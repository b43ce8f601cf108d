import { describe, expect, it } from '@jest/globals';
import { firstDelay, nextDelay, retryDelay } from '../../../src/jobs/job-delay.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Returns the smallest and the largest of many random delays. */
function rangeOf(delay: () => number): { least: number; most: number } {
  const delays = Array.from({ length: 2_000 }, delay);
  return { least: Math.min(...delays), most: Math.max(...delays) };
}

describe('the delays of jobs', () => {
  it.each([
    ['first run of a job of a minute', () => firstDelay(MINUTE), MINUTE / 2, MINUTE],
    ['first run of a daily job', () => firstDelay(DAY), MINUTE / 2, MINUTE],
    ['next run', () => nextDelay(MINUTE), 0.9 * MINUTE, 1.1 * MINUTE],
    ['retry after one failure', () => retryDelay(MINUTE, 1), 900, 1_100],
    ['retry after four failures in a row', () => retryDelay(MINUTE, 4), 7_200, 8_800],
    ['retry after very many', () => retryDelay(MINUTE, 5_000), 0.9 * MINUTE, 1.1 * MINUTE],
    ['retry of a job with a short interval', () => retryDelay(20, 1), 18, 22],
  ])('spread around the %s', (_name, delay, from, to) => {
    const { least, most } = rangeOf(delay);
    expect(least).toBeGreaterThanOrEqual(from);
    expect(most).toBeLessThanOrEqual(to);
    expect(most - least).toBeGreaterThan((to - from) / 2);
  });
});
