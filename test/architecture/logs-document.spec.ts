import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { tableRows } from '../documents/table-rows.js';

const LEVELS = ['debug', 'info', 'warn', 'error', 'fatal'];

it('docs/logs.md lists messages that the source has, at levels that there are', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const source = files.map((name) => readFileSync(`src/${name}`, 'utf8')).join('\n');
  const lines = tableRows('docs/logs.md').filter(([, level = '']) => LEVELS.includes(level));
  expect(lines.length).toBeGreaterThan(10);
  for (const [cell = ''] of lines) {
    const begin = cell.replaceAll('`', '');
    expect([`'${begin}`, `\`${begin}`].some((text) => source.includes(text)) ? begin : 'not in src').toBe(
      begin,
    );
  }
});
