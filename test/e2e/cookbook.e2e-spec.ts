import { describe, expect, it } from '@jest/globals';
import { runCookbook } from '../documents/cookbook-room.js';
import { fencedBlocks, readMarkdown } from '../documents/markdown.js';
import { PageFolder } from '../documents/page-folder.js';

describe('the cookbook', () => {
  it('works in curl', () => runCookbook('docs/cookbook/curl.md', new PageFolder().withStandIns()));

  it('works in TypeScript', () => runCookbook('docs/cookbook/typescript.md', new PageFolder()));

  it('has the same tasks in every language, each with an output, and a table that leads to them', () => {
    const tasks = (language: string) => readMarkdown(`docs/cookbook/${language}.md`).headings.slice(1);
    const shown = (language: string) =>
      new Set(
        fencedBlocks(`docs/cookbook/${language}.md`)
          .filter(({ mark }) => mark?.kind === 'output')
          .map(({ heading }) => heading),
      );
    const links = readMarkdown('docs/cookbook.md').links;
    for (const language of ['curl', 'typescript', 'python']) {
      expect(tasks(language)).toEqual(tasks('curl'));
      expect([...shown(language)]).toEqual(tasks(language).slice(1));
      expect(links.filter((link) => link.startsWith(`cookbook/${language}.md#`))).toHaveLength(
        tasks(language).length,
      );
    }
  });
});
