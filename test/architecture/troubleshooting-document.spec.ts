import { expect, it } from '@jest/globals';
import { programText } from '../documents/program-text.js';
import { tableRows } from '../documents/table-rows.js';

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
