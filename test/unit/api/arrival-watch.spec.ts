import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ArrivalWatch, describeLimits } from '../../../src/api/http/arrival-watch.js';

const SECOND = 1_000;

describe('ArrivalWatch', () => {
  let stalled: number;
  let watch: ArrivalWatch;
  beforeEach(() => {
    jest.useFakeTimers();
    stalled = 0;
    watch = watching(15 * SECOND, 0);
  });
  afterEach(() => {
    watch.stop();
    jest.useRealTimers();
  });

  function watching(bodyStallMilliseconds: number, bodyMilliseconds: number): ArrivalWatch {
    const made = new ArrivalWatch({ bodyStallMilliseconds, bodyMilliseconds }, () => {
      stalled += 1;
      made.stop();
    });
    return made;
  }

  function arrive(bytesOfSecond: number, seconds: number): void {
    for (let second = 0; second < seconds; second += 1) {
      jest.advanceTimersByTime(SECOND);
      watch.arrived(bytesOfSecond);
    }
  }

  it('lets a body arrive for hours', () => {
    arrive(5 * 1024, 4 * 3_600);
    expect(stalled).toBe(0);
  });

  it('lets a body begin slowly', () => {
    arrive(1, 14);
    arrive(10 * 1024, 60);
    expect(stalled).toBe(0);
  });

  it('ends a body that pauses for 15 seconds', () => {
    arrive(1024 * 1024, 20);
    jest.advanceTimersByTime(14 * SECOND);
    expect(stalled).toBe(0);
    jest.advanceTimersByTime(6 * SECOND);
    expect(stalled).toBe(1);
  });

  it('ends a body that arrives too slowly, however steadily', () => {
    arrive(1024, 29);
    expect(stalled).toBe(0);
    arrive(1024, 6);
    expect(stalled).toBe(1);
  });

  it('takes its limits', () => {
    watch.stop();
    watch = watching(60 * SECOND, 0);
    arrive(1024 * 1024, 120);
    arrive(0, 59);
    expect(stalled).toBe(0);
    arrive(0, 21);
    expect(stalled).toBe(1);
  });

  it('ends a body that takes longer than the whole may, however fast it arrives', () => {
    watch.stop();
    watch = watching(15 * SECOND, 120 * SECOND);
    arrive(1024 * 1024, 119);
    expect(stalled).toBe(0);
    arrive(1024 * 1024, 1);
    expect(stalled).toBe(1);
  });

  it('tells its limits', () => {
    const bodyStallMilliseconds = 15_000;
    expect(describeLimits({ bodyStallMilliseconds, bodyMilliseconds: 0 })).toBe(
      'send it at 4 KiB a second or faster, without pauses of 15 seconds',
    );
    expect(describeLimits({ bodyStallMilliseconds, bodyMilliseconds: 90_000 })).toMatch(
      /, within 90 seconds$/,
    );
  });
});
