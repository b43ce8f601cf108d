import { describe, expect, it } from '@jest/globals';
import { figuresOf } from '../../../bench/figures.js';
import type { Measurement } from '../../../bench/measure.js';

const SERIES = [{ name: 'select' }, { name: 'get_basic', against: 'select' }];

function measured(series: string, processes: number, requestsPerSecond: number): Measurement {
  const times = { p50: 1, p99: 2, serverMs: 0.1, postgresMs: 0.1, loadMs: 0.1 };
  return { series, processes, connections: 64, requestsPerSecond, ...times };
}

describe('the figures of the benchmark', () => {
  // In the second round the machine is half as fast.
  const rounds = [
    [measured('select', 1, 4_000), measured('get_basic', 1, 2_000), measured('get_basic', 2, 3_000)],
    [measured('select', 1, 2_000), measured('get_basic', 1, 1_000), measured('get_basic', 2, 1_600)],
    [measured('select', 1, 4_000), measured('get_basic', 1, 2_400), measured('get_basic', 2, 3_600)],
  ];
  const [select, one, two] = figuresOf(rounds, SERIES);

  it('hold each rate against the yardstick of its own round', () => {
    expect([one?.ratio, one?.ratioSpread]).toEqual([0.5, [0.5, 0.6]]);
    expect([two?.ratio, two?.ratioSpread]).toEqual([0.8, [0.75, 0.9]]);
    expect(select).not.toHaveProperty('ratio');
  });

  it('hold the rate of more processes against that of one in the same round', () => {
    expect([two?.ratioToOneProcess, two?.ratioToOneProcessSpread]).toEqual([1.5, [1.5, 1.6]]);
    expect(one).not.toHaveProperty('ratioToOneProcess');
  });

  it('are medians with the least and the most', () => {
    expect([one?.requestsPerSecond, one?.spread]).toEqual([2_000, [1_000, 2_400]]);
  });
});
