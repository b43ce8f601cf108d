import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { databaseErrorParts, withDatabaseErrors } from '../documents/database-error-tables.js';

const DOCUMENT = 'docs/database-errors.md';

it('docs/database-errors.md has the causes of the code; `npm run docs:database-errors` writes them', () => {
  const document = readFileSync(DOCUMENT, 'utf8');
  const wanted = withDatabaseErrors(document);
  if (process.env.WRITE_DOCUMENTS !== undefined) writeFileSync(DOCUMENT, wanted);
  else expect(document).toBe(wanted);
  for (const part of databaseErrorParts().values()) expect(wanted).toContain(part);
});
