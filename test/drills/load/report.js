import { total } from '../support/table.js';
import { percent } from './verdict.js';

const COLUMNS = [
  ['row', 34],
  ['A', 5],
  ['B/s beside reads', 17],
  ['beside attack', 14],
  ['kept', 6],
  ['p99 ms beside reads', 20],
  ['beside attack', 14],
  ['×', 6],
  ['constant rate p99', 22],
  ['ready', 6],
  ['memory MB', 12],
  ['', 4],
  ['answers to A', 0],
];

/** Says what B does while A does nothing. */
export function aloneLine({ perSecond, p99 }) {
  return `B alone: ${perSecond.toFixed(0)} a second, p99 ${milliseconds(p99)} ms`;
}

export function headLine() {
  return line(COLUMNS.map(([title]) => title));
}

/** Formats a row of the table. */
export function rowLine(verdict) {
  const { title, connections, beside, under, rateKept, p99Times, ready, memoryBefore, memoryPeak } = verdict;
  return line([
    title,
    String(connections),
    beside.perSecond.toFixed(0),
    under.perSecond.toFixed(0),
    percent(rateKept),
    milliseconds(beside.p99),
    milliseconds(under.p99),
    Number.isFinite(p99Times) ? p99Times.toFixed(1) : '-',
    `${milliseconds(beside.openP99)} → ${milliseconds(under.openP99)}`,
    percent(ready),
    `${memoryBefore.toFixed(0)} → ${memoryPeak.toFixed(0)}`,
    verdict.misses.length === 0 ? 'ok' : 'MISS',
    statuses(verdict.answersOfA),
  ]);
}

/** Says at the end which rows missed, and what. */
export function summaryOf(verdicts) {
  const missed = verdicts.filter(({ misses }) => misses.length > 0);
  if (missed.length === 0) return 'B kept its share in every row';
  const lines = missed.map(({ name, misses }) => `  ${name}: ${misses.join(', ')}`);
  return [`B lost its share in ${missed.length} of ${verdicts.length} rows:`, ...lines].join('\n');
}

/** Returns the last line: B's calls beside the attacks, and those of them that were refused. */
export function totalOf(verdicts) {
  const sum = (of) => verdicts.reduce((all, verdict) => all + of(verdict), 0);
  return total(
    sum(({ requests }) => requests),
    sum(({ refused }) => refused),
  );
}

function milliseconds(number) {
  if (Number.isNaN(number)) return '-';
  return Number.isFinite(number) ? number.toFixed(1) : 'refused';
}

function statuses(answers) {
  const all = Object.entries(answers).map(
    ([status, count]) => `${status === '0' ? 'none' : status}: ${count}`,
  );
  return all.join(', ');
}

function line(cells) {
  return cells
    .map((cell, index) => (index === 0 ? cell.padEnd(COLUMNS[0][1]) : cell.padStart(COLUMNS[index][1])))
    .join('  ')
    .trimEnd();
}
