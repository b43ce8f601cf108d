import { readFileSync } from 'node:fs';

export interface FencedBlock {
  /** The heading above the block. */
  readonly heading: string;
  readonly language: string;
  readonly text: string;
}

/** Returns the fenced blocks of one of our documents, in order. */
export function fencedBlocks(path: string): FencedBlock[] {
  const blocks: FencedBlock[] = [];
  let heading = '';
  let open: { language: string; lines: string[] } | undefined;
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const fence = /^\s*```(.*)$/.exec(line);
    if (open !== undefined && fence !== null) {
      blocks.push({ heading, language: open.language, text: `${open.lines.join('\n')}\n` });
      open = undefined;
    } else if (open !== undefined) open.lines.push(line);
    else if (fence !== null) open = { language: fence[1] ?? '', lines: [] };
    else heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading;
  }
  if (open !== undefined) throw new Error(`The last block of ${path} has no end`);
  return blocks;
}
