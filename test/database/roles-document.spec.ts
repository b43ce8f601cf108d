import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { roleTable } from '../documents/role-table.js';
import { cloneDatabase } from '../support/database.js';

const DOCUMENT = 'docs/roles.md';

it('docs/roles.md has the table of a new database; `npm run docs:roles` writes it', async () => {
  const database = await cloneDatabase();
  const rows = await database.asSuperuser<{ role: string; permission: string }>(
    'SELECT role, permission FROM role_permissions',
  );
  await database.drop();
  const document = readFileSync(DOCUMENT, 'utf8');
  const table = roleTable(rows);
  const wanted = document.replace(
    /(<!-- role_permissions -->\n\n)[^]*?(\n\n<!-- end -->)/,
    (_place, begin: string, end: string) => begin + table + end,
  );
  if (process.env.WRITE_DOCUMENTS !== undefined) writeFileSync(DOCUMENT, wanted);
  else expect(document).toBe(wanted);
  expect(wanted).toContain(table);
});
