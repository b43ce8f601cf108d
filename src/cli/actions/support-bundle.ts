import 'reflect-metadata';
import { access, constants, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { machineTime } from '../../common/clock.js';
import { printable } from '../../common/printable.js';
import { CommandError } from '../command-error.js';
import type { Call } from '../commands/command-spec.js';
import type { Output } from '../output/output.js';
import { table } from '../output/table.js';
import { gather, type Bundle } from '../support/bundle.js';

interface BundleOptions {
  readonly logFile?: string;
  readonly list?: true;
}

/** Gathers a bundle, lists what it contains, and writes it. */
export async function supportBundle({
  args: [given],
  options,
}: Call<[string | undefined], BundleOptions>): Promise<Output> {
  if (options.list === true && given !== undefined)
    throw new CommandError('--list writes nothing: leave the file away, or --list', 'usage');
  if (options.logFile !== undefined) await requireReadable(options.logFile);
  const bundle = await gather(options.logFile);
  const text = `${JSON.stringify(bundle, null, 2)}\n`;
  const contents = contentsOf(bundle);
  const lines = table([
    ['SECTION', 'CONTAINS'],
    ...contents.map(({ section, contains }) => [section, contains]),
  ]);
  if (options.list === true)
    return { json: { file: null, contents }, text: lines, quiet: contents.map(({ section }) => section) };
  const file = resolve(given ?? `strongroom-support-${stamp()}.json`);
  await writeNew(file, text);
  return {
    json: { file, bytes: Buffer.byteLength(text), contents },
    text: `${lines}\nWrote ${printable(file, 4_096)}, ${Buffer.byteLength(text)} bytes\n`,
    quiet: [file],
    hints: ['It is text: read it before you give it away'],
  };
}

interface Content {
  readonly section: string;
  readonly contains: string;
}

function contentsOf(bundle: Bundle): Content[] {
  return Object.entries(bundle).map(([section, content]) => ({ section, contains: contained(content) }));
}

function contained(content: unknown): string {
  if (Array.isArray(content)) return `${content.length} ${content.length === 1 ? 'entry' : 'entries'}`;
  if (typeof content !== 'object' || content === null) return String(content);
  if ('unavailable' in content) return `not available: ${String(content.unavailable)}`;
  return Object.keys(content).join(', ');
}

function stamp(): string {
  return new Date(machineTime()).toISOString().replace(/[-:]|\.\d+/g, '');
}

async function requireReadable(file: string): Promise<void> {
  try {
    await access(file, constants.R_OK);
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException;
    throw new CommandError(
      `--log-file: ${printable(file, 4_096)} cannot be read (${code}); nothing was written`,
    );
  }
}

/** Writes a file that did not exist, readable by its owner only. */
async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException;
    const shown = printable(file, 4_096);
    throw new CommandError(
      code === 'EEXIST'
        ? `${shown} exists already: name another file; nothing was written`
        : `${shown} cannot be written (${code}): name a file in a folder that you may write to`,
    );
  }
}
