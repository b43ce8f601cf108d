import { readFileSync } from 'node:fs';

/** Returns the rows of every table of one of our documents as lists of cells, without the header rows. */
export function tableRows(path: string): string[][] {
  const lines = readFileSync(path, 'utf8').split('\n');
  const isRule = (line: string | undefined) => /^\|[ :|-]+\|$/.test(line ?? '');
  return lines
    .filter((line, index) => line.startsWith('|') && !isRule(line) && !isRule(lines[index + 1]))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

/** Returns the targets of the document's link references by name. */
export function linkTargets(path: string): ReadonlyMap<string, string> {
  const found = readFileSync(path, 'utf8').matchAll(/^\[([^\]]+)\]: (\S+)$/gm);
  return new Map([...found].map(([, name = '', target = '']) => [name, target]));
}
