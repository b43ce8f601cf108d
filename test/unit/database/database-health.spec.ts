import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Unavailable } from '../../../src/common/errors.js';
import { asDatabaseError } from '../../../src/database/connection/driver-error.js';
import { DatabaseHealth, type DatabaseState } from '../../../src/database/readiness/database-health.js';

const failed = (code: string) =>
  asDatabaseError(Object.assign(new Error('of the driver'), { code })) as Error;
const FULL = failed('53100');
const SILENCE = asDatabaseError(new Error('Query read timeout')) as Error;

describe('DatabaseHealth', () => {
  const ask = jest.fn<() => Promise<string | undefined>>();
  const askForSpace = jest.fn<() => Promise<string | undefined>>();
  const connections = { breakAll: jest.fn(), renewIdle: jest.fn() };
  let health: DatabaseHealth;
  let states: DatabaseState[];
  beforeEach(() => {
    jest.useFakeTimers();
    ask.mockReset();
    askForSpace.mockReset();
    connections.breakAll.mockReset();
    connections.renewIdle.mockReset();
    health = new DatabaseHealth({ ask, askForSpace }, [connections]);
    states = [];
    health.listen((state) => states.push(state));
  });
  afterEach(() => {
    health.close();
    jest.useRealTimers();
  });
  const later = (milliseconds = 1_000) => jest.advanceTimersByTimeAsync(milliseconds);

  it('tells whether the database can serve requests, and reports each change', async () => {
    ask.mockResolvedValueOnce(undefined).mockResolvedValue('it can only be read');
    expect(await health.isReady()).toBe(true);
    await later();
    expect(await health.isReady()).toBe(false);
    await later();
    expect(await health.isReady()).toBe(false);
    expect(health.isAway).toBe(false);
    ask.mockResolvedValue(undefined);
    await later();
    expect(await health.isReady()).toBe(true);
    expect(states).toEqual([{ kind: 'unusable', problem: 'it can only be read' }, { kind: 'ready' }]);
  });

  it('refuses requests only where the database does not answer', async () => {
    ask.mockResolvedValue('rights are missing');
    expect(await health.isReady()).toBe(false);
    expect(await health.watch(() => Promise.resolve('done'))).toBe('done');
    ask.mockRejectedValue(new Error('gone'));
    await later();
    expect(health.isAway).toBe(true);
    await expect(health.watch(() => Promise.resolve('done'))).rejects.toThrow('cannot reach its database');
  });

  it('reports each new reason of a database that stays away', async () => {
    ask.mockRejectedValueOnce(failed('57P01')).mockRejectedValueOnce(failed('57P01'));
    ask.mockRejectedValue(failed('53300'));
    expect(await health.isReady()).toBe(false);
    await later(3_000);
    expect(states.map((state) => 'reason' in state && state.reason)).toEqual([
      expect.stringContaining('57P01'),
      expect.stringContaining('53300'),
    ]);
  });

  it.each([
    ['a lost connection', () => Promise.reject(new Error('dropped while idle'))],
    ['a refusal', () => Promise.resolve('others hold locks')],
  ])('asks again after %s, before it gives up', async (_what, fail) => {
    ask.mockImplementationOnce(fail).mockResolvedValue(undefined);
    expect(await health.isReady()).toBe(true);
    expect(ask).toHaveBeenCalledTimes(2);
    expect(states).toEqual([]);
  });

  it('asks one question however many callers there are, and keeps the answer for a second', async () => {
    ask.mockResolvedValue(undefined);
    await Promise.all(Array.from({ length: 20 }, () => health.isReady()));
    await later(900);
    expect(await health.isReady()).toBe(true);
    expect(ask).toHaveBeenCalledTimes(1);
    await later(200);
    await health.isReady();
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it('does not keep an answer when a request finds that the database is gone', async () => {
    ask.mockResolvedValueOnce(undefined).mockRejectedValue(new Error('gone'));
    expect(await health.isReady()).toBe(true);
    const lost = failed('ECONNRESET');
    await expect(health.watch(() => Promise.reject(lost))).rejects.toBe(lost);
    expect(await health.isReady()).toBe(false);
  });

  it('lets the last answer stand while the first try is unanswered, but not longer', async () => {
    ask.mockResolvedValueOnce(undefined);
    expect(await health.isReady()).toBe(true);
    ask.mockReturnValue(new Promise(() => undefined));
    for (const expected of [true, true, true, false, false]) {
      await later(200);
      const asked = health.isReady();
      await later(1_000);
      expect(await asked).toBe(expected);
    }
  });

  it('gives up after a second, and asks nothing more while the question is open', async () => {
    let answer: (problem: undefined) => void = () => undefined;
    ask.mockReturnValueOnce(new Promise((resolve) => (answer = resolve))).mockResolvedValue(undefined);
    for (let probe = 0; probe < 3; probe += 1) {
      const asked = health.isReady();
      await later();
      expect(await asked).toBe(false);
    }
    expect(ask).toHaveBeenCalledTimes(1);
    answer(undefined);
    await later(0);
    expect(await health.isReady()).toBe(true);
  });

  it('ends the connections of requests once the database does not answer, and not again while that lasts', async () => {
    ask.mockResolvedValueOnce(undefined).mockRejectedValue(new Error('gone'));
    expect(await health.isReady()).toBe(true);
    expect(connections.breakAll).not.toHaveBeenCalled();
    await later();
    expect(await health.isReady()).toBe(false);
    await later(5_000);
    expect(connections.breakAll).toHaveBeenCalledTimes(1);
    ask.mockResolvedValueOnce(undefined);
    await later(2_000);
    expect(await health.isReady()).toBe(false);
    expect(states.map(({ kind }) => kind)).toEqual(['away', 'ready', 'away']);
    expect(connections.breakAll).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['of a request', () => health.watch(() => Promise.reject(SILENCE)).catch(() => undefined)],
    [
      'of a request that was told so',
      () =>
        health
          .watch(() => Promise.reject(new Unavailable(undefined, { cause: SILENCE })))
          .catch(() => undefined),
    ],
    ['of the probe', () => (ask.mockRejectedValueOnce(SILENCE), health.isReady())],
  ])('renews idle connections after a statement %s that was not answered', async (_whose, fail) => {
    ask.mockResolvedValue(undefined);
    await fail();
    expect(connections.renewIdle).toHaveBeenCalled();
    expect(connections.breakAll).not.toHaveBeenCalled();
  });

  it('is not ready from a refusal for lack of space until a write succeeds', async () => {
    ask.mockResolvedValue(undefined);
    askForSpace.mockResolvedValue('the disk is full');
    await expect(health.watch(() => Promise.reject(FULL))).rejects.toBe(FULL);
    await later(0);
    expect(await health.isReady()).toBe(false);
    await later(5_000);
    expect(await health.isReady()).toBe(false);
    askForSpace.mockResolvedValue(undefined);
    await later();
    expect(await health.isReady()).toBe(true);
    const { length } = askForSpace.mock.calls;
    await later(5_000);
    expect(await health.isReady()).toBe(true);
    expect(askForSpace).toHaveBeenCalledTimes(length);
    expect(states).toEqual([{ kind: 'unusable', problem: 'the disk is full' }, { kind: 'ready' }]);
  });
});
