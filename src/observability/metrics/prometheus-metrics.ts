import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { METRIC_CATALOGUE, type MetricDescription, type MetricName } from './metric-catalogue.js';
import { Metrics, type Labels, type MetricSource } from './metrics.js';

/** Lists the gauges of the library that are named as counters are, against the conventions of Prometheus. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/**
 * Writes the metrics in the text format of Prometheus (version 0.0.4), with those of the process and of Node.js. Only
 * a process that has a port for metrics loads this file, since the library takes memory.
 */
export class PrometheusMetrics extends Metrics {
  private readonly registry = new Registry();
  private readonly sources = new Map<MetricName, MetricSource[]>();
  private readonly counters = new Map<MetricName, Counter>();
  private readonly histograms = new Map<MetricName, Histogram>();

  constructor() {
    super();
    for (const [name, description] of Object.entries(METRIC_CATALOGUE))
      this.add(name as MetricName, description);
    collectDefaultMetrics({ register: this.registry });
    for (const name of MISNAMED) this.registry.removeSingleMetric(name);
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  override register(name: MetricName, source: MetricSource): void {
    this.sources.set(name, [...(this.sources.get(name) ?? []), source]);
  }

  override count(name: MetricName, labels: Labels): void {
    this.counters.get(name)?.inc(labels);
  }

  override observe(name: MetricName, labels: Labels, value: number): void {
    this.histograms.get(name)?.observe(labels, value);
  }

  /** Reads the sources and returns all metrics as text. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  private add(name: MetricName, { type, help, labels = [], initial = [], buckets }: MetricDescription): void {
    const common = { name, help, labelNames: [...labels], registers: [this.registry] };
    if (type === 'histogram') {
      this.histograms.set(name, new Histogram({ ...common, buckets: [...(buckets ?? [])] }));
      return;
    }
    if (type === 'gauge') {
      const gauge: Gauge = new Gauge({
        ...common,
        collect: () => this.read(name, gauge, (...to) => gauge.set(...to)),
      });
      return;
    }
    const counter: Counter = new Counter({
      ...common,
      collect: () => this.read(name, counter, (...by) => counter.inc(...by)),
    });
    for (const each of initial) counter.inc(each, 0);
    this.counters.set(name, counter);
  }

  /** Replaces the series of a metric by what its sources say; does nothing for one that is counted here. */
  private async read(
    name: MetricName,
    metric: { reset: () => void },
    take: (labels: Labels, value: number) => void,
  ): Promise<void> {
    const sources = this.sources.get(name);
    if (sources === undefined) return;
    const samples = await Promise.all(sources.map(async (source) => source()));
    metric.reset();
    for (const { labels = {}, value } of samples.flat()) take(labels, value);
  }
}
