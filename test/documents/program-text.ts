import { readdirSync, readFileSync } from 'node:fs';

/** Returns all text of the program in lower case, with texts that are written in several parts joined. */
export function programText(): string {
  return readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) =>
      readFileSync(`src/${name}`, 'utf8')
        .replaceAll(/['`] \+\s+['`]/g, '')
        .replaceAll('\\`', '`'),
    )
    .join('\n')
    .toLowerCase();
}
