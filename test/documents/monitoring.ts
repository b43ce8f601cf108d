import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { markdownTable } from './markdown-table.js';

export const ALERTS = 'deploy/monitoring/alerts.yml';
const DASHBOARD = 'deploy/monitoring/dashboard.json';

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: {
    readonly summary: string;
    readonly description: string;
    readonly runbook_url: string;
  };
}

export interface Panel {
  readonly title: string;
  readonly type: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

/** Reads the alert rules. */
export function readAlerts(): readonly Alert[] {
  const { groups } = parse(readFileSync(ALERTS, 'utf8')) as { groups: { rules: Alert[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

/** Reads the panels of the dashboard that show something. */
export function readPanels(): readonly Panel[] {
  const { panels } = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as { panels: Panel[] };
  return panels.filter(({ type }) => type !== 'row');
}

/** Describes a metric that a query selects, with the labels that it names. */
export interface Selected {
  readonly name: string;
  readonly labels: readonly string[];
}

/** Returns the metrics that a query in PromQL selects: every one of ours stands before its labels. */
export function selectedIn(query: string): Selected[] {
  return [...query.matchAll(/\b([a-z][a-z0-9_]*)\{([^}]*)\}/g)].map(([, name = '', labels = '']) => ({
    name,
    labels: [...labels.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
  }));
}

/** Returns the names in a query that look like those of metrics, wherever they stand. */
export function namesIn(query: string): string[] {
  return [...query.replaceAll(/"[^"]*"/g, '""').matchAll(/\b(?:strongroom|nodejs|process)_[a-z0-9_]+/g)].map(
    ([name]) => name,
  );
}

/** Returns docs/operations/alerts.md with its table generated from the rules. */
export function withAlertTable(document: string): string {
  const rows = readAlerts().map(({ alert, expr, for: time = 'at once', labels, annotations }) => [
    `[${alert}](runbook.md#${alert.toLowerCase()})`,
    labels.severity,
    annotations.summary,
    `\`${expr.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|')}\``,
    time,
  ]);
  const table = markdownTable(['Alert', 'Severity', 'Meaning', 'Threshold', 'For'], rows);
  return document.replace(
    /(<!-- alerts of deploy\/monitoring -->\n\n)(?:(?!<!-- end -->)[^])*(\n\n<!-- end -->)/,
    (_place, begin: string, end: string) => begin + table + end,
  );
}
