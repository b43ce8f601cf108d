import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BlockMark } from './block-mark.js';
import { fencedBlocks, type FencedBlock } from './markdown.js';
import { PAGE_TESTS } from './page-registry.js';
import { PageShell, SEPARATOR } from './page-shell.js';
import { isOutput } from './printed-output.js';
import { compiledTypeScript } from './typescript.js';

export interface PageSetting {
  /** The folder that the blocks run in. */
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Texts of the page, such as an address, and what stands for each here. */
  readonly instead?: readonly (readonly [shown: string, here: string])[];
  /** The kind of the blocks to run; `run-by` in tests that need more than `npm test`. */
  readonly kind?: 'run' | 'run-by';
  /** The program for blocks in Python. */
  readonly python?: string;
}

/** Holds what was printed by a block that the page shows no output of, for the test to look at. */
export type Printed = readonly string[];

const SHELLS = ['shell', 'sh'];

/**
 * Runs every block of a page that is marked so, in order, and compares what it prints with the output that the page
 * shows. Blocks in one language find what earlier ones in that language defined.
 * @returns what each block printed
 * @throws Error if a block fails, or prints something else
 */
export async function runPage(page: string, setting: PageSetting): Promise<Printed> {
  const { kind = 'run' } = setting;
  const blocks = fencedBlocks(page).map((block) => ({ ...block, text: replaced(block.text, setting) }));
  const languages = new Set(blocks.filter(({ mark }) => mark?.kind === kind).map(({ language }) => language));
  if (kind === 'run') requireListed(page, languages);
  if ([...languages].every((language) => SHELLS.includes(language))) return runShell(blocks, setting, kind);
  const [language = '', ...others] = languages;
  if (others.length > 0) throw new Error(`${page} mixes languages: ${[...languages].join(', ')}`);
  return runProgram(language, blocks, setting, kind);
}

function requireListed(page: string, languages: ReadonlySet<string>): void {
  const unlisted = [...languages].filter((language) => !PAGE_TESTS[page]?.languages.includes(language));
  if (languages.size === 0 || unlisted.length > 0)
    throw new Error(`${page} runs ${unlisted.join(', ') || 'nothing'}, unlike page-registry.ts says`);
}

function replaced(text: string, { instead = [] }: PageSetting): string {
  return instead.reduce((changed, [shown, here]) => changed.replaceAll(shown, here), text);
}

async function runShell(
  blocks: readonly FencedBlock[],
  { folder, environment }: PageSetting,
  kind: BlockMark['kind'],
): Promise<Printed> {
  const shell = new PageShell(folder, environment);
  const printed = new Map<FencedBlock, string>();
  try {
    for (const block of blocks) {
      if (block.mark?.kind === 'file') writeFileSync(join(folder, block.mark.name), block.text);
      else if (block.mark?.kind === kind) printed.set(block, await shell.run(block.text));
    }
  } finally {
    await shell.end();
  }
  requireOutputs(blocks, printed);
  return [...printed.values()];
}

const SEPARATING: Readonly<Record<string, string>> = {
  ts: `process.stdout.write('${SEPARATOR}');\n`,
  python: `print('${SEPARATOR}', end='', flush=True)\n`,
};

async function runProgram(
  language: string,
  blocks: readonly FencedBlock[],
  { folder, environment, python = 'python3' }: PageSetting,
  kind: BlockMark['kind'],
): Promise<Printed> {
  const parts = blocks.filter(({ mark }) => mark?.kind === kind);
  const program = parts.map(({ text }) => text + (SEPARATING[language] ?? '')).join('\n');
  const isTypeScript = language === 'ts';
  const file = join(folder, isTypeScript ? 'page.mjs' : 'page.py');
  writeFileSync(file, isTypeScript ? compiledTypeScript(program) : program);
  const command = isTypeScript ? process.execPath : python;
  const { stdout } = await promisify(execFile)(command, [file], { cwd: folder, env: environment });
  const texts = stdout.split(SEPARATOR);
  const printed = new Map(parts.map((block, index) => [block, texts[index] ?? '']));
  requireOutputs(blocks, printed);
  return [...printed.values()];
}

/** Compares each output that the page shows with what the block before it printed, if that block was run. */
function requireOutputs(blocks: readonly FencedBlock[], printed: ReadonlyMap<FencedBlock, string>): void {
  for (const [index, { mark, language, text }] of blocks.entries()) {
    const before = blocks[index - 1];
    const output = before && printed.get(before);
    if (mark?.kind !== 'output' || output === undefined) continue;
    if (!isOutput(language, text, output))
      throw new Error(`The page shows\n${text}\nwhere its block prints\n${output}`);
  }
}
