import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ArrivalWatch } from '../../../src/api/http/arrival-watch.js';

const SECOND = 1_000;

describe('ArrivalWatch', () => {
  let stalled: number;
  let watch: ArrivalWatch;
  beforeEach(() => {
    jest.useFakeTimers();
    stalled = 0;
    watch = new ArrivalWatch(() => {
      stalled += 1;
      watch.stop();
    });
  });
  afterEach(() => {
    watch.stop();
    jest.useRealTimers();
  });

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
});
