import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { METRIC_CATALOGUE } from '../../src/observability/metrics/metric-catalogue.js';
import { withMetricTables } from '../documents/metric-tables.js';
import { tableRows } from '../documents/table-rows.js';

const DOCUMENT = 'docs/operations/metrics.md';

describe('docs/operations/metrics.md', () => {
  it('has the tables of the catalogue; `npm run docs:metrics` writes them', () => {
    const document = readFileSync(DOCUMENT, 'utf8');
    const wanted = withMetricTables(document);
    if (process.env.WRITE_DOCUMENTS !== undefined) writeFileSync(DOCUMENT, wanted);
    else expect(document).toBe(wanted);
  });

  it('has every metric once', () => {
    const names = tableRows(DOCUMENT)
      .map(([name = '']) => name.replaceAll('`', ''))
      .filter((name) => name.startsWith('strongroom_'));
    expect(names.toSorted()).toEqual(Object.keys(METRIC_CATALOGUE).toSorted());
  });
});
