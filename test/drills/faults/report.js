import { seconds, table, total } from '../support/table.js';

const TITLES = [
  ...['fault', 'requests', 'ok', '503', 'failed', 'slowest s', 'ready again after s', 'survived'],
  'unready because',
];

/** Returns what is wrong with a row besides single requests, in words. */
export function problemsOf({ fault, survived, unready, expectedUnready, reasons, again }) {
  const problems = [
    survived || 'a process ended',
    unready >= expectedUnready || `${expectedUnready} replicas should have been unready, ${unready} were`,
    unready === 0 || reasons.length > 0 || 'no reason in the log',
    Number.isFinite(again) || 'not ready again',
  ];
  return problems.filter((problem) => problem !== true).map((problem) => `${fault.name}: ${problem}`);
}

/** Returns the number of requests that failed: cut, wrongly answered, too slow, or refused after all were ready again. */
export function failedOf({ during, after }) {
  const failed = ({ cut, wrong, slow }) => cut + wrong + slow;
  return failed(during) + failed(after) + after.refused;
}

export function requestsOf({ during, after }) {
  return during.requests + after.requests;
}

/**
 * Formats the rows.
 * @param skipped the faults that could not be made, with the reason
 * @param faults what is wrong besides requests
 */
export function reportOf(rows, skipped, faults) {
  const lines = rows.map((row) => [
    row.fault.name,
    requestsOf(row),
    row.during.ok + row.after.ok,
    row.during.refused + row.after.refused,
    failedOf(row),
    seconds(Math.max(row.during.slowest, row.after.slowest)),
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
    total(sum(rows, requestsOf), sum(rows, failedOf) + faults.length),
  ].join('\n');
}

function samplesOf({ fault, during, after }) {
  return [...during.samples, ...after.samples.map((text) => `after it: ${text}`)].map(
    (text) => `${fault.name}: ${text}`,
  );
}

function sum(rows, of) {
  return rows.reduce((all, row) => all + of(row), 0);
}
