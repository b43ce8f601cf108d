import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DatabaseHealth } from '../../../src/database/connection/database-health.js';

describe('DatabaseHealth', () => {
  const query = jest.fn<() => Promise<unknown>>();
  let health: DatabaseHealth;
  beforeEach(() => {
    query.mockReset();
    health = new DatabaseHealth(query);
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('tells whether the database answers', async () => {
    query.mockResolvedValueOnce([]).mockRejectedValue(new Error('gone'));
    expect(await health.isReachable()).toBe(true);
    expect(await health.isReachable()).toBe(false);
  });

  it('asks again after one failure, before it considers the database unreachable', async () => {
    query.mockRejectedValueOnce(new Error('dropped while idle')).mockResolvedValueOnce([]);
    expect(await health.isReachable()).toBe(true);
    expect(query).toHaveBeenCalledTimes(2);
  });

  it('asks one question however many callers there are, and a new one after the answer', async () => {
    query.mockResolvedValue([]);
    await Promise.all(Array.from({ length: 20 }, () => health.isReachable()));
    expect(query).toHaveBeenCalledTimes(1);
    await health.isReachable();
    expect(query).toHaveBeenCalledTimes(2);
  });

  it('gives up after a second, and asks nothing more while the question is open', async () => {
    jest.useFakeTimers();
    let answer: (rows: unknown) => void = () => undefined;
    query.mockReturnValueOnce(new Promise((resolve) => (answer = resolve))).mockResolvedValue([]);
    for (let probe = 0; probe < 3; probe += 1) {
      const asked = health.isReachable();
      await jest.advanceTimersByTimeAsync(1_000);
      expect(await asked).toBe(false);
    }
    expect(query).toHaveBeenCalledTimes(1);
    answer([]);
    await jest.advanceTimersByTimeAsync(0);
    expect(await health.isReachable()).toBe(true);
    expect(query).toHaveBeenCalledTimes(2);
  });
});
