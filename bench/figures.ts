import type { Measurement } from './measure.js';
import { median } from './median.js';
import type { Series } from './series.js';

/** A series at one number of connections and processes: medians over the rounds. */
export interface Figure {
  readonly series: string;
  readonly processes: number;
  readonly connections: number;
  readonly requestsPerSecond: number;
  /** Of requests per second, over the rounds. */
  readonly spread: readonly [least: number, most: number];
  /** To the yardstick's rate in the same round. */
  readonly ratio?: number;
  readonly ratioSpread?: readonly [least: number, most: number];
  readonly p50: number;
  readonly p99: number;
  readonly serverMs: number;
  readonly postgresMs: number;
  readonly walBytes?: number;
}

export type Round = readonly Measurement[];

/** The figures of rounds that were measured alike, in the order of the first. */
export function figuresOf(rounds: readonly Round[], series: readonly Series[]): Figure[] {
  const [first = []] = rounds;
  return first.map((one) => figureOf(one, rounds, series));
}

function figureOf(one: Measurement, rounds: readonly Round[], series: readonly Series[]): Figure {
  const all = rounds.map((round) => alike(round, one, one.series)).filter((each) => each !== undefined);
  const of = (pick: (each: Measurement) => number): number => median(all.map(pick));
  const against = series.find(({ name }) => name === one.series)?.against;
  const ratios = against === undefined ? [] : rounds.flatMap((round) => ratioIn(round, one, against));
  return {
    ...{ series: one.series, processes: one.processes, connections: one.connections },
    requestsPerSecond: of((each) => each.requestsPerSecond),
    spread: spreadOf(all.map((each) => each.requestsPerSecond)),
    ...(ratios.length > 0 && { ratio: median(ratios), ratioSpread: spreadOf(ratios) }),
    p50: of(({ p50 }) => p50),
    p99: of(({ p99 }) => p99),
    serverMs: of(({ serverMs }) => serverMs),
    postgresMs: of(({ postgresMs }) => postgresMs),
    ...(one.walBytes !== undefined && { walBytes: of(({ walBytes = 0 }) => walBytes) }),
  };
}

function ratioIn(round: Round, one: Measurement, against: string): number[] {
  const [mine, other] = [alike(round, one, one.series), alike(round, one, against)];
  return mine === undefined || other === undefined ? [] : [mine.requestsPerSecond / other.requestsPerSecond];
}

function alike(round: Round, { processes, connections }: Measurement, name: string): Measurement | undefined {
  return round.find(
    (each) => each.series === name && each.processes === processes && each.connections === connections,
  );
}

function spreadOf(values: readonly number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}
