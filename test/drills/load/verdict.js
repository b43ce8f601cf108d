import { median } from '../../../dist/bench/median.js';

const LEAST_RATE = 0.8;
const MOST_P99 = 2;

/** Sums up the rounds of a row: the medians of yardstick and attack, how they compare, and what B lost too much of. */
export function verdictOf(row, yardsticks, attacks) {
  const beside = mediansOf(yardsticks);
  const under = mediansOf(attacks);
  const rateKept = under.perSecond / beside.perSecond;
  const p99Times = under.p99 / beside.p99;
  const misses = [
    ...(rateKept >= LEAST_RATE ? [] : [`rate ${percent(rateKept)}`]),
    ...(p99Times <= MOST_P99
      ? []
      : [Number.isFinite(p99Times) ? `p99 × ${p99Times.toFixed(1)}` : 'calls refused']),
    ...(attacks.every(({ ended }) => !ended) ? [] : ['the service ended']),
  ];
  return {
    ...{ name: row.name, title: row.title, connections: row.connections },
    ...{ beside, under, rateKept, p99Times, misses },
    requests: sumOf(attacks, 'answered') + sumOf(attacks, 'refused'),
    refused: sumOf(attacks, 'refused'),
    ready: sumOf(attacks, 'ready') / sumOf(attacks, 'asked'),
    memoryBefore: attacks[0].before,
    memoryPeak: Math.max(...attacks.map(({ peak }) => peak)),
    answersOfA: added(attacks.map(({ answersOfA }) => answersOfA)),
  };
}

export function percent(share) {
  return `${Math.round(share * 100)} %`;
}

function mediansOf(windows) {
  const of = (name) => median(windows.map((window) => window[name]));
  return { perSecond: of('perSecond'), p99: of('p99'), openP99: of('openP99') };
}

function sumOf(windows, name) {
  return windows.reduce((sum, window) => sum + window[name], 0);
}

function added(counts) {
  const total = {};
  for (const [status, count] of counts.flatMap((each) => Object.entries(each)))
    total[status] = (total[status] ?? 0) + count;
  return total;
}
