import { beforeEach, describe, expect, it } from '@jest/globals';
import { METRIC_CATALOGUE } from '../../../src/observability/metrics/metric-catalogue.js';
import { PrometheusMetrics } from '../../../src/observability/metrics/prometheus-metrics.js';
import { readMetrics, valueOf } from '../../support/metrics-text.js';

describe('the catalogue of metrics', () => {
  it.each(Object.entries(METRIC_CATALOGUE))(
    'names %s by the conventions of Prometheus',
    (name, { type, help, labels = [] }) => {
      expect(name).toMatch(/^strongroom_[a-z]+(_[a-z]+)*$/);
      // Base units only; only counters end with _total, and all of them do.
      expect(name).not.toMatch(/_(ms|milliseconds|minutes|kb|megabytes|percent)(_|$)/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      expect(name).not.toMatch(/_(bucket|sum|count|created)$/);
      // Prometheus gives these to every series.
      expect(labels.filter((label) => ['job', 'instance'].includes(label))).toEqual([]);
      expect(help).toMatch(/^[A-Z0-9][^\n]*[^.]$/);
    },
  );
});

describe('the metrics', () => {
  let metrics: PrometheusMetrics;
  beforeEach(() => {
    metrics = new PrometheusMetrics();
  });

  it('reads each source anew at each scrape, and adds up nothing', async () => {
    let value = 3;
    metrics.register('strongroom_lane_running', () => [{ labels: { lane: 'reads' }, value }]);
    metrics.register('strongroom_lane_admitted_total', () => [{ labels: { lane: 'reads' }, value }]);
    await metrics.text();
    value = 5;
    const text = await metrics.text();
    expect(valueOf(text, 'strongroom_lane_running', { lane: 'reads' })).toBe(5);
    expect(valueOf(text, 'strongroom_lane_admitted_total', { lane: 'reads' })).toBe(5);
  });

  it('joins the series of several sources, and forgets those that are gone', async () => {
    let reasons = ['one'];
    metrics.register('strongroom_not_ready_info', () =>
      reasons.map((reason) => ({ labels: { reason }, value: 1 })),
    );
    metrics.register('strongroom_queue_running', () => [{ labels: { queue: 'imports' }, value: 1 }]);
    metrics.register('strongroom_queue_running', () => [{ labels: { queue: 'exports' }, value: 2 }]);
    expect(valueOf(await metrics.text(), 'strongroom_not_ready_info', { reason: 'one' })).toBe(1);
    reasons = [];
    const text = await metrics.text();
    expect(readMetrics(text).filter(({ name }) => name === 'strongroom_not_ready_info')).toEqual([]);
    const queues = readMetrics(text).filter(({ name }) => name === 'strongroom_queue_running');
    expect(queues.map(({ labels, value }) => [labels.queue, value])).toEqual([
      ['imports', 1],
      ['exports', 2],
    ]);
  });

  it('shows alarms as 0 before there was one, so that the first is an increase', async () => {
    expect(valueOf(await metrics.text(), 'strongroom_alarms_total', { alarm: 'decryption' })).toBe(0);
    expect(await metrics.text()).toContain('strongroom_alarms_total{alarm="decryption"} 0');
    metrics.count('strongroom_alarms_total', { alarm: 'decryption' });
    expect(await metrics.text()).toContain('strongroom_alarms_total{alarm="decryption"} 1');
  });

  it('counts what is observed in each bucket that holds it', async () => {
    const labels = { method: 'GET', route: '/x' };
    for (const seconds of [0.002, 0.2, 60])
      metrics.observe('strongroom_http_request_duration_seconds', labels, seconds);
    const text = await metrics.text();
    const below = (le: string) =>
      valueOf(text, 'strongroom_http_request_duration_seconds_bucket', { ...labels, le });
    expect([below('0.001'), below('0.0025'), below('0.25'), below('30'), below('+Inf')]).toEqual([
      0, 1, 2, 2, 3,
    ]);
  });

  it('has those of the process and of Node.js, none of which is a gauge with the name of a counter', async () => {
    const text = await metrics.text();
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
    expect(text).toContain('process_resident_memory_bytes');
    const gauges = [...text.matchAll(/^# TYPE (\S+) gauge$/gm)].map(([, name = '']) => name);
    expect(gauges.filter((name) => name.endsWith('_total'))).toEqual([]);
  });

  it('escapes what a label may hold', async () => {
    metrics.register('strongroom_not_ready_info', () => [{ labels: { reason: 'a "b"\nc\\' }, value: 1 }]);
    expect(await metrics.text()).toContain(String.raw`strongroom_not_ready_info{reason="a \"b\"\nc\\"} 1`);
  });
});
