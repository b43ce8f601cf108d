import type { Measurement } from './measure.js';
import { median } from './median.js';
import type { Series } from './series.js';

export type Spread = readonly [least: number, most: number];

/** Holds the medians over the rounds of a series at one number of connections and processes. */
export interface Figure {
  readonly series: string;
  readonly processes: number;
  readonly connections: number;
  readonly requestsPerSecond: number;
  /** The spread of requests per second over the rounds. */
  readonly spread: Spread;
  /** The ratio to the rate of the yardstick, which has one process, in the same round. */
  readonly ratio?: number;
  readonly ratioSpread?: Spread;
  /** The ratio to the series' own rate with one process in the same round, if there are more. */
  readonly ratioToOneProcess?: number;
  readonly ratioToOneProcessSpread?: Spread;
  /** The percentiles in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** The processor time for each request in milliseconds: of the servers, of PostgreSQL, of the load generator. */
  readonly serverMs: number;
  readonly postgresMs: number;
  readonly loadMs: number;
  readonly walBytes?: number;
}

export type Round = readonly Measurement[];

type Compared = Pick<Series, 'name' | 'against'>;

/** Returns the figures of rounds that were measured alike, in the order of the first. */
export function figuresOf(rounds: readonly Round[], series: readonly Compared[]): Figure[] {
  const [first = []] = rounds;
  return first.map((one) => figureOf(one, rounds, series));
}

function figureOf(one: Measurement, rounds: readonly Round[], series: readonly Compared[]): Figure {
  const all = rounds.map((round) => find(round, one)).filter((each) => each !== undefined);
  const of = (pick: (each: Measurement) => number): number => median(all.map(pick));
  const against = series.find(({ name }) => name === one.series)?.against;
  const ratios = against === undefined ? [] : ratiosOf(rounds, one, { series: against, processes: 1 });
  const toOneProcess = one.processes === 1 ? [] : ratiosOf(rounds, one, { processes: 1 });
  return {
    ...{ series: one.series, processes: one.processes, connections: one.connections },
    requestsPerSecond: of((each) => each.requestsPerSecond),
    spread: spreadOf(all.map((each) => each.requestsPerSecond)),
    ...(ratios.length > 0 && { ratio: median(ratios), ratioSpread: spreadOf(ratios) }),
    ...(toOneProcess.length > 0 && {
      ratioToOneProcess: median(toOneProcess),
      ratioToOneProcessSpread: spreadOf(toOneProcess),
    }),
    p50: of(({ p50 }) => p50),
    p99: of(({ p99 }) => p99),
    serverMs: of(({ serverMs }) => serverMs),
    postgresMs: of(({ postgresMs }) => postgresMs),
    loadMs: of(({ loadMs }) => loadMs),
    ...(one.walBytes !== undefined && { walBytes: of(({ walBytes = 0 }) => walBytes) }),
  };
}

/**
 * Returns the ratios of the rates of one measurement to those of another, which differs in `other`, in the same round.
 */
function ratiosOf(rounds: readonly Round[], one: Measurement, other: Partial<Measurement>): number[] {
  return rounds.flatMap((round) => {
    const [mine, theirs] = [find(round, one), find(round, { ...one, ...other })];
    return mine === undefined || theirs === undefined
      ? []
      : [mine.requestsPerSecond / theirs.requestsPerSecond];
  });
}

function find(round: Round, { series, processes, connections }: Measurement): Measurement | undefined {
  return round.find(
    (each) => each.series === series && each.processes === processes && each.connections === connections,
  );
}

function spreadOf(values: readonly number[]): Spread {
  return [Math.min(...values), Math.max(...values)];
}
