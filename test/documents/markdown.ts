import { readFileSync } from 'node:fs';
import GithubSlugger from 'github-slugger';
import { Marked, type Token, type Tokens } from 'marked';
import { readBlockMark, type BlockMark } from './block-mark.js';

export interface FencedBlock {
  /** The heading above the block. */
  readonly heading: string;
  readonly language: string;
  readonly mark: BlockMark | undefined;
  readonly text: string;
}

export interface Markdown {
  readonly blocks: readonly FencedBlock[];
  readonly headings: readonly string[];
  readonly firstParagraph: string;
  /** The names of the places that a link can lead to, as GitHub makes them from headings. */
  readonly anchors: ReadonlySet<string>;
  /** The targets of all links and images. */
  readonly links: readonly string[];
}

/** Reads what the tests need of one of our documents. */
export function readMarkdown(path: string): Markdown {
  const slugger = new GithubSlugger();
  const blocks: FencedBlock[] = [];
  const headings: string[] = [];
  const anchors = new Set<string>();
  const links: string[] = [];
  let heading = '';
  const visit = (token: Token) => {
    if (token.type === 'heading') {
      heading = plainText(token);
      headings.push(heading);
      anchors.add(slugger.slug(heading));
    } else if (token.type === 'code') blocks.push(toBlock(token as Tokens.Code, heading));
    else if (token.type === 'link' || token.type === 'image') links.push((token as Tokens.Link).href);
    else if (token.type === 'html')
      for (const [, target = ''] of (token as Tokens.HTML).raw.matchAll(/\b(?:src|href|srcset)="([^"]+)"/g))
        links.push(target);
  };
  const marked = new Marked();
  const tokens = marked.lexer(readFileSync(path, 'utf8'));
  void marked.walkTokens(tokens, visit);
  const firstParagraph = tokens.find(({ type }) => type === 'paragraph')?.raw ?? '';
  return { blocks, firstParagraph, headings, anchors, links };
}

/** Returns the fenced blocks of one of our documents, in order. */
export function fencedBlocks(path: string): readonly FencedBlock[] {
  return readMarkdown(path).blocks;
}

function toBlock({ lang = '', text }: Tokens.Code, heading: string): FencedBlock {
  const [language = ''] = lang.split(' ');
  return { heading, language, mark: readBlockMark(lang), text: `${text}\n` };
}

/** Returns the text of a heading without its marks. */
function plainText(token: Token): string {
  const inner = 'tokens' in token ? token.tokens : undefined;
  if (inner !== undefined) return inner.map(plainText).join('');
  return 'text' in token ? String(token.text) : token.raw;
}
