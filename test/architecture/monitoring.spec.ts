import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  METRIC_CATALOGUE,
  type MetricDescription,
} from '../../src/observability/metrics/metric-catalogue.js';
import { PrometheusMetrics } from '../../src/observability/metrics/prometheus-metrics.js';
import { readMarkdown } from '../documents/markdown.js';
import { namesIn, readAlerts, readPanels, selectedIn, withAlertTable } from '../documents/monitoring.js';

const RUNBOOK = 'docs/operations/runbook.md';
const PAGE = 'docs/operations/alerts.md';
/** Labels that Prometheus gives to every series, and that of a histogram. */
const EVERYWHERE = ['job', 'instance', 'le'];

const alerts = readAlerts();
const queries: [where: string, query: string][] = [
  ...alerts.map(({ alert, expr }): [string, string] => [`the alert ${alert}`, expr]),
  ...readPanels().flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }, index): [string, string] => [`the panel ${title} (${index})`, expr]),
  ),
];

describe('the alerts and the dashboard', () => {
  let others: string[];
  beforeAll(async () => {
    const text = await new PrometheusMetrics().text();
    others = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name);
  });

  const catalogue: Readonly<Record<string, MetricDescription>> = METRIC_CATALOGUE;
  const described = (name: string) => catalogue[name] ?? catalogue[name.replace(/_(bucket|sum|count)$/, '')];

  it.each(queries)('name only metrics that exist, with labels that they have, in %s', (_where, query) => {
    expect(namesIn(query).concat(query.includes('up{') ? ['up'] : []).length).toBeGreaterThan(0);
    const unknown = namesIn(query).filter((name) => described(name) === undefined && !others.includes(name));
    expect(unknown).toEqual([]);
    // Each names the job, so that another service's metrics are not taken for ours.
    const selected = selectedIn(query);
    expect(selected.map(({ name }) => name)).toEqual(expect.arrayContaining(namesIn(query)));
    for (const { name, labels } of selected) {
      expect(labels).toContain('job');
      const { labels: known = [] } = described(name) ?? {};
      expect(labels.filter((label) => ![...EVERYWHERE, ...known].includes(label))).toEqual([]);
    }
  });

  it('take the rate of counters, and of nothing else', () => {
    for (const [, query] of queries)
      for (const [, name = ''] of query.matchAll(/\b(?:rate|increase)\((\w+)\{/g))
        expect(name).toMatch(/(_total|_bucket|_sum|_count)$/);
  });
});

describe('each alert', () => {
  it.each(alerts.map((alert) => [alert.alert, alert] as const))(
    '%s has a severity, words, and a section of the runbook of its own',
    (name, { labels, annotations }) => {
      expect(['critical', 'warning']).toContain(labels.severity);
      expect(annotations.summary).toMatch(/^[A-Z].*\.$/);
      expect(annotations.description).toMatch(/^['{A-Z].*\.$/);
      expect(annotations.runbook_url).toBe(`${RUNBOOK}#${name.toLowerCase()}`);
      expect(readMarkdown(RUNBOOK).anchors.has(name.toLowerCase())).toBe(true);
    },
  );

  it('has a section with symptom, check and cure, and each section an alert', () => {
    const [, ...sections] = readFileSync(RUNBOOK, 'utf8').split(/^## /m);
    const told = sections.map((section) => section.split('\n', 1)[0] ?? '');
    expect(told).toEqual(alerts.map(({ alert }) => alert));
    for (const section of sections)
      for (const part of ['**Symptom.**', '**Check.**', '**Cure.**', '```'])
        expect([section.slice(0, 30), section.includes(part)]).toEqual([section.slice(0, 30), true]);
  });

  it('fires for a fault that a test of promtool gives, and the table of docs/operations/alerts.md has it', () => {
    const tests = readFileSync('deploy/monitoring/alerts.test.yml', 'utf8');
    for (const { alert } of alerts) expect(tests).toContain(`{alertname="${alert}"}`);
    const document = readFileSync(PAGE, 'utf8');
    const wanted = withAlertTable(document);
    if (process.env.WRITE_DOCUMENTS !== undefined) writeFileSync(PAGE, wanted);
    else expect(document).toBe(wanted);
    for (const { alert } of alerts) expect(wanted).toContain(`[${alert}]`);
  });
});
