import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { BlockMark } from '../documents/block-mark.js';
import { fencedBlocks, readMarkdown } from '../documents/markdown.js';
import { PAGE_TESTS } from '../documents/page-registry.js';

const ELSEWHERE = ['node_modules', 'dist', 'data', 'coverage', '.git'];

const files = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !ELSEWHERE.includes(name))
    .flatMap((entry) => (entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)]));

const DOCUMENTS = files('.').filter((name) => name.endsWith('.md'));
/** Lists the pages that people copy commands from: decisions and changes tell what was. */
const PAGES = DOCUMENTS.filter((name) => !name.startsWith('docs/adr/') && name !== 'CHANGELOG.md');

const blocksOf = (page: string, kind: BlockMark['kind']) =>
  fencedBlocks(page).filter(({ mark }) => mark?.kind === kind);

const COUNTS = 'test/README.md';

/** Says how many blocks are run by what, and how many are not. */
function counts(): string {
  const count = (...kinds: BlockMark['kind'][]) =>
    PAGES.flatMap((page) => kinds.flatMap((kind) => blocksOf(page, kind))).length;
  return [
    `- run by \`npm test\`: ${count('run', 'file')}, and ${count('output')} outputs that are compared`,
    `- run by \`npm run test:interop\`: ${count('run-by')}`,
    `- not run, each with its reason: ${count('not-run')}`,
  ].join('\n');
}

describe('every fenced block', () => {
  it.each(PAGES)('of %s says by its mark whether it is run, or why not', (page) => {
    const unmarked = fencedBlocks(page).filter(({ mark }) => mark === undefined);
    expect(unmarked.map(({ heading, text }) => `${heading}: ${text}`)).toEqual([]);
  });

  it.each(PAGES)('of %s that is marked as run is run by the test that the registry names', (page) => {
    const languages = new Set(blocksOf(page, 'run').map(({ language }) => language));
    const { spec, languages: listed } = PAGE_TESTS[page] ?? { spec: '', languages: [] };
    expect([...languages].sort()).toEqual([...listed].sort());
    if (spec !== '') expect(readFileSync(spec, 'utf8')).toContain(page);
  });

  it.each(PAGES)('of %s that is an output comes after one that is run', (page) => {
    const blocks = fencedBlocks(page);
    const before = (index: number) => blocks[index - 1]?.mark?.kind ?? '';
    const lost = blocks.filter(
      ({ mark }, index) => mark?.kind === 'output' && !['run', 'run-by'].includes(before(index)),
    );
    expect(lost).toEqual([]);
  });

  it('is run by another command only where that is a script of package.json', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: object };
    for (const page of PAGES)
      for (const { mark } of blocksOf(page, 'run-by'))
        if (mark?.kind === 'run-by')
          expect(Object.keys(scripts)).toContain(mark.command.replace(/^npm run /, ''));
  });

  it('is counted in test/README.md; `npm run docs:blocks` writes the numbers', () => {
    const told = readFileSync(COUNTS, 'utf8');
    const wanted = told.replace(
      /(<!-- blocks of the documents -->\n\n)[^]*?(\n\n<!-- end -->)/,
      `$1${counts()}$2`,
    );
    if (process.env.WRITE_DOCUMENTS !== undefined) writeFileSync(COUNTS, wanted);
    else expect(told).toBe(wanted);
    expect(wanted).toContain(counts());
  });
});

describe('every page of docs', () => {
  const pages = PAGES.filter((page) => page.startsWith('docs/'));

  it.each(pages)('says what it is for: %s', (page) => {
    expect(readMarkdown(page).firstParagraph).toMatch(/\bThis page /);
  });
});

/** Returns the file and the anchor that a link leads to, from the folder of the document. */
function targetOf(document: string, link: string): { file: string; anchor: string } {
  const [path = '', anchor = ''] = decodeURIComponent(link).split('#');
  return { file: path === '' ? document : normalize(join(dirname(document), path)), anchor };
}

function brokenLinks(document: string): string[] {
  return readMarkdown(document).links.filter((link) => {
    if (/^(https?|mailto):/.test(link)) return false;
    const { file, anchor } = targetOf(document, link);
    if (!existsSync(file)) return true;
    return anchor !== '' && file.endsWith('.md') && !readMarkdown(file).anchors.has(anchor);
  });
}

describe('every link', () => {
  it.each(DOCUMENTS)('of %s leads to a file and a heading that exist', (document) => {
    expect(brokenLinks(document)).toEqual([]);
  });

  it('of a message or a comment in the code leads to a document that exists', () => {
    const broken = [...files('src'), ...files('deploy'), ...files('bench'), 'package.json', '.env.example']
      .flatMap((file) =>
        [...readFileSync(file, 'utf8').matchAll(/\bdocs\/[\w./-]*\w\.(?:md|sql|svg)(?:#[\w-]+)?/g)].map(
          ([link]) => [file, link] as const,
        ),
      )
      .filter(([, link]) => {
        const { file, anchor } = targetOf('README.md', link);
        return !existsSync(file) || (anchor !== '' && !readMarkdown(file).anchors.has(anchor));
      });
    expect(broken).toEqual([]);
  });

  it('leads to every page of docs from README.md, or from the index of its folder', () => {
    const linkedFrom = (index: string) =>
      new Set(readMarkdown(index).links.map((link) => targetOf(index, link).file));
    const linked = new Set(
      ['README.md', 'docs/operations/README.md'].flatMap((index) => [...linkedFrom(index)]),
    );
    const pages = PAGES.filter((page) => page.startsWith('docs/') && !page.startsWith('docs/cookbook/'));
    expect(linkedFrom('README.md')).toContain('docs/operations/README.md');
    expect(pages.filter((page) => !linked.has(page))).toEqual([]);
  });
});

it('docs/architecture.svg names classes that exist', () => {
  const [picture, sources] = [
    readFileSync('docs/architecture.svg', 'utf8'),
    files('src').map((file) => readFileSync(file, 'utf8')),
  ];
  const named = [...picture.matchAll(/>([A-Z][a-z]+(?:[A-Z][a-z]+)+)</g)].map(([, name = '']) => name);
  expect(named.filter((name) => name !== 'PostgreSQL').length).toBeGreaterThan(4);
  const isDeclared = (name: string) => sources.some((text) => text.includes(`class ${name} `));
  expect(named.filter((name) => !isDeclared(name))).toEqual([]);
});
