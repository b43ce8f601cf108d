import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, it } from '@jest/globals';
import { PageFolder } from '../documents/page-folder.js';
import { runPage } from '../documents/run-page.js';
import { exportText, SampleLog } from '../support/sample-log.js';

const folder = new PageFolder();
const path = (...names: string[]) => join(folder.path, ...names);
folder.withAdmin(path('.bin', 'strongroom-admin'));
afterAll(() => folder.remove());

it('docs/audit-format.md verifies an export by both programs, without an installation', async () => {
  const log = SampleLog.of(5);
  writeFileSync(path('audit.jsonl'), exportText([{ log, sizes: [3, 5] }]));
  writeFileSync(path('keys.txt'), log.keyLine());
  writeFileSync(path('kept.checkpoint'), log.checkpoint(3));
  copyFileSync('docs/verify-audit.mjs', path('verify-audit.mjs'));
  await runPage('docs/audit-format.md', { folder: folder.path, environment: folder.environment() });
});
