import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { auditTables, withAuditTables } from '../documents/audit-tables.js';

const DOCUMENT = 'docs/audit-actions.md';

it('docs/audit-actions.md has the tables of the vocabulary; `npm run docs:audit` writes them', () => {
  const document = readFileSync(DOCUMENT, 'utf8');
  const wanted = withAuditTables(document);
  if (process.env.WRITE_DOCUMENTS !== undefined) writeFileSync(DOCUMENT, wanted);
  else expect(document).toBe(wanted);
  for (const table of auditTables().values()) expect(wanted).toContain(table);
});
