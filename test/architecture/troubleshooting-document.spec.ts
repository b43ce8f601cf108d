import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { tableRows } from '../documents/table-rows.js';

/** Returns all text of the program, with texts that are written in several parts joined. */
function programText(): string {
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

/** Matches what is no message of the program: what others print, and what it answers. */
const OTHERS = /^(DATABASE_(OWNER_)?URL:|request id|"|\.\/admin)/;

it('docs/troubleshooting.md names messages that the program has', () => {
  const text = programText();
  const messages = tableRows('docs/troubleshooting.md')
    .flatMap(([first = '']) => [...first.matchAll(/`([^`]+)`/g)].map(([, message = '']) => message))
    .filter((message) => !OTHERS.test(message));
  expect(messages.length).toBeGreaterThan(40);
  const parts = messages.flatMap((message) => message.split('…')).map((part) => part.trim().toLowerCase());
  expect(parts.filter((part) => part !== '' && !text.includes(part))).toEqual([]);
});
