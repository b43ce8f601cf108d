import { describe, expect, it } from '@jest/globals';
import { chartOf } from '../../../bench/chart.js';
import type { Figure } from '../../../bench/figures.js';

const SERIES = [
  { name: 'select', title: 'one SELECT' },
  { name: 'get', title: 'GET & decrypt', target: 1 },
  { name: 'put', title: 'PUT', target: 1.6 },
];

function figure(series: string, connections: number, ratio?: number, processes = 1): Figure {
  const rest = { p50: 1, p99: 2, serverMs: 0.1, postgresMs: 0.1, loadMs: 0.1 };
  const ratios = ratio === undefined ? {} : { ratio, ratioSpread: [ratio - 0.1, ratio + 0.1] as const };
  return { series, processes, connections, requestsPerSecond: 1, spread: [1, 1], ...ratios, ...rest };
}

const FIGURES = [
  figure('select', 8),
  figure('get', 8, 0.42),
  figure('put', 8, 0.33),
  figure('select', 64),
  figure('get', 64, 1.14),
  figure('get', 64, 1.77, 2),
];

describe('the chart of the benchmark', () => {
  const chart = chartOf(FIGURES, SERIES);
  const count = (part: string) => chart.split(part).length - 1;

  it('has a number for each ratio of one process, and no others', () => {
    const numbers = [...chart.matchAll(/class="value"[^>]*>([^<]+)</g)].map(([, number]) => number);
    expect(numbers).toEqual(['0.42', '1.14', '0.33']);
    expect(chart).not.toContain('one SELECT');
  });

  it('marks each target, beside the one of the legend, and keeps it on the axis', () => {
    expect(count('class="target"')).toBe(3);
    expect(chart).toContain('>1.75</text>');
  });

  it('names the series as text that is well-formed', () => {
    expect(chart).toContain('>GET &amp; decrypt</text>');
  });

  it('is the same for the same figures', () => {
    expect(chartOf(structuredClone(FIGURES), SERIES)).toBe(chart);
  });
});
