import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { withCommandLine } from '../documents/command-line.js';

const DOCUMENT = 'docs/command-line.md';

it('docs/command-line.md has every command; `npm run docs:command-line` writes them', () => {
  const document = readFileSync(DOCUMENT, 'utf8');
  const wanted = withCommandLine(document);
  if (process.env.WRITE_DOCUMENTS !== undefined) writeFileSync(DOCUMENT, wanted);
  else expect(document).toBe(wanted);
  expect(wanted).toContain('#### tenant add-user');
});
