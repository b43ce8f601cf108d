import { METRIC_CATALOGUE } from '../../src/observability/metrics/metric-catalogue.js';
import { markdownTable } from './markdown-table.js';

const code = (text: string) => `\`${text}\``;

/** Returns the table of the metrics whose names begin with one of the prefixes. */
function tableOf(prefixes: readonly string[]): string {
  const rows = Object.entries(METRIC_CATALOGUE)
    .filter(([name]) => prefixes.some((prefix) => name.startsWith(`strongroom_${prefix}`)))
    .map(([name, { type, labels = [], help }]) => [code(name), type, labels.map(code).join(', '), help]);
  return markdownTable(['Metric', 'Type', 'Labels', 'Meaning'], rows);
}

/** Returns the document with its tables generated from the catalogue of metrics. */
export function withMetricTables(document: string): string {
  return document.replaceAll(
    /(<!-- metrics: ([a-z_ ]+) -->\n\n)(?:(?!<!-- end -->)[^])*(\n\n<!-- end -->)/g,
    (_place, begin: string, prefixes: string, end: string) => begin + tableOf(prefixes.split(' ')) + end,
  );
}
