import { seconds, table, total } from '../support/table.js';

const TITLES = [
  ...['fault', 'requests', 'ok', '503', 'failed', 'slowest s', 'served again after s', 'survived'],
  'unready because',
];

/** Returns what is wrong with a row besides single requests, in words. */
export function problemsOf({ fault, survived, unready, expectedUnready, reasons, again }) {
  const problems = [
    survived || 'a process ended',
    unready >= expectedUnready || `${expectedUnready} replicas should have been unready, ${unready} were`,
    unready === 0 || reasons.length > 0 || 'no reason in the log',
    Number.isFinite(again) || 'not served again within a minute',
  ];
  return problems.filter((problem) => problem !== true).map((problem) => `${fault.name}: ${problem}`);
}

/** Returns the number of requests that failed: cut, wrongly answered, or too slow. */
export function failedOf({ tally: { cut, wrong, slow } }) {
  return cut + wrong + slow;
}

/**
 * Formats the rows.
 * @param skipped the faults that could not be made, with the reason
 * @param faults what is wrong besides requests
 */
export function reportOf(rows, skipped, faults) {
  const lines = rows.map((row) => [
    row.fault.name,
    row.tally.requests,
    row.tally.ok,
    row.tally.refused,
    failedOf(row),
    seconds(row.tally.slowest),
    Number.isFinite(row.again) ? seconds(row.again) : '-',
    row.survived ? 'yes' : 'NO',
    row.unready === 0 ? 'stayed ready' : row.reasons.join(' | ').slice(0, 120),
  ]);
  const samples = rows.filter((row) => failedOf(row) > 0).flatMap(samplesOf);
  return [
    table(TITLES, lines),
    '',
    ...skipped.map((line) => `not done: ${line}`),
    ...[...faults, ...samples].slice(0, 40).map((line) => `FAILED: ${line}`),
    total(
      sum(rows, ({ tally }) => tally.requests),
      sum(rows, failedOf) + faults.length,
    ),
  ].join('\n');
}

function samplesOf({ fault, tally }) {
  return tally.samples.map((text) => `${fault.name}: ${text}`);
}

function sum(rows, of) {
  return rows.reduce((all, row) => all + of(row), 0);
}
