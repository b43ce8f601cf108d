import type { MetricName } from './metric-catalogue.js';

export type Labels = Readonly<Record<string, string>>;

/** Holds the value of one series. */
export interface Sample {
  readonly value: number;
  readonly labels?: Labels;
}

/** Returns the present samples of a metric. */
export type MetricSource = () => readonly Sample[] | Promise<readonly Sample[]>;

/**
 * Collects what the parts of the service count. A part that keeps its own numbers registers where to read them; what
 * has no place of its own is counted and observed here. docs/adr/0042-metrics.md says why.
 */
export abstract class Metrics {
  /** Registers where samples of a gauge or counter are read, at each scrape. Several parts may share a metric. */
  abstract register(name: MetricName, source: MetricSource): void;

  /** Adds one to a counter. */
  abstract count(name: MetricName, labels: Labels): void;

  /** Adds a value to a histogram. */
  abstract observe(name: MetricName, labels: Labels, value: number): void;
}

/** Collects nothing, for a process without a port for metrics. */
export class NoMetrics extends Metrics {
  override register(): void {
    // Nobody reads them.
  }

  override count(): void {
    // Nobody reads it.
  }

  override observe(): void {
    // Nobody reads it.
  }
}
