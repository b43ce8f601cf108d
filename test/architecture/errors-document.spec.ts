import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ERROR_CATALOGUE } from '../../src/api/errors/error-catalogue.js';
import { withErrorSections } from '../documents/error-sections.js';

const DOCUMENT = 'docs/errors.md';

/** Finds the codes and statuses that the source gives to errors for callers. */
const DECLARED = /(?:super|new DomainError)\(\s*'([a-z_]+)',\s*(\d{3})\b/g;

describe('the catalogue of errors', () => {
  it('is docs/errors.md; `npm run docs:errors` writes it', () => {
    const document = readFileSync(DOCUMENT, 'utf8');
    const wanted = withErrorSections(document);
    if (process.env.WRITE_DOCUMENTS !== undefined) writeFileSync(DOCUMENT, wanted);
    else expect(document).toBe(wanted);
  });

  it('has every code of the source with each of its statuses, and no other', () => {
    const declared = new Set<string>();
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => name.endsWith('.ts')))
      for (const [, code = '', status = ''] of readFileSync(`src/${file}`, 'utf8').matchAll(DECLARED))
        declared.add(`${code} ${status}`);
    const described = ERROR_CATALOGUE.flatMap(({ code, statuses }) =>
      statuses.map((status) => `${code} ${status}`),
    );
    expect(described.toSorted()).toEqual([...declared].toSorted());
    expect(declared.size).toBeGreaterThan(15);
  });

  it('says of each what to do, in sentences', () => {
    for (const { cause, cure } of ERROR_CATALOGUE)
      for (const text of [cause, cure]) expect(text).toMatch(/^[A-Z`][^]*[.]$/);
    expect(new Set(ERROR_CATALOGUE.map(({ code }) => code)).size).toBe(ERROR_CATALOGUE.length);
  });
});
