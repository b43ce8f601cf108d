import { expect, it } from '@jest/globals';
import { reportOf } from '../../../bench/audit/report.js';
import type { Measurement } from '../../../bench/measure.js';

const measured = (requestsPerSecond: number, postgresMs: number): Measurement => ({
  ...{ series: 'put', processes: 1, connections: 64, requestsPerSecond, p50: 1, p99: 2 },
  ...{ serverMs: 0.1, postgresMs, loadMs: 0.1 },
});

it('the report has the ratios of rates in one round, and not those of medians', () => {
  const rounds = [
    [900, 1_000],
    [450, 900],
    [800, 1_000],
  ] as const;
  const text = reportOf({
    requests: rounds.map(([some, more]) => ({
      title: 'PUT',
      withEvents: measured(some, 0.2),
      withoutEvents: measured(more, 0.1),
    })),
    recording: { wholeMs: 0.12, withoutPendingMs: 0.1 },
    sealing: [
      {
        ...{ logs: 1_000, processMs: 40, postgresMs: 60, transactions: 2, medianMs: 30, longestMs: 50 },
        ...{ recordedBytes: 900, sealedBytes: 400 },
      },
    ],
  });
  expect(text).toMatch(/PUT +800 and 1000: 0\.80 \(0\.50–0\.90\); PostgreSQL 0\.200 and 0\.100 ms/);
  expect(text).toContain('1.20 times');
  expect(text).toContain(
    'in 1,000 logs: 40.0 ms of the process and 60.0 ms of PostgreSQL; 2.0 transactions of 30 ms',
  );
});
