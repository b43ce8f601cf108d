import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { auditTables, withAuditTables } from '../documents/audit-tables.js';
import { exportText, SampleLog, sampleOrigin, SYSTEM } from '../support/sample-log.js';

const FORMAT = 'docs/audit-format.md';
const DOCUMENTS = ['docs/audit-actions.md', FORMAT];

it.each(DOCUMENTS)('%s has the tables of the vocabulary; `npm run docs:audit` writes them', (name) => {
  const document = readFileSync(name, 'utf8');
  const wanted = withAuditTables(document);
  if (process.env.WRITE_DOCUMENTS !== undefined) writeFileSync(name, wanted);
  else expect(document).toBe(wanted);
});

it('every table of the vocabulary is in one of them', () => {
  const wanted = DOCUMENTS.map((name) => withAuditTables(readFileSync(name, 'utf8'))).join('');
  for (const table of auditTables().values()) expect(wanted).toContain(table);
});

it('the example of the format is right', () => {
  const page = readFileSync(FORMAT, 'utf8');
  const log = new SampleLog(sampleOrigin(SYSTEM)).append('{"id" : "1"}').append('{"id" : "2"}');
  const [key = ''] = log.keyLine().split(' ');
  const hashes = [...log.leaves, log.frontier().root()].map((hash) => hash.toString('hex'));
  for (const text of [...hashes, key, log.keyLine(), log.checkpoint(), exportText([{ log }])])
    expect(page).toContain(text);
});
