import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { programText } from '../documents/program-text.js';

const PAGE = readFileSync('docs/operations/faults.md', 'utf8');

/** Matches a message of the log that somebody may have to act on. */
const LOGGED =
  /logger\s*\.(?:warn|error|fatal)\(\s*(?:(?:\{(?:[^{}]|\{[^{}]*\})*\}|[\w.]+(?:\([^()]*\))?)\s*,\s*)?(['`])(.*?)\1/gs;

/** Returns the fixed beginning of each message that the program logs at warn or above. */
function loggedMessages(): string[] {
  return readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => [...readFileSync(`src/${name}`, 'utf8').matchAll(LOGGED)])
    .map(([, , message = '']) => message.split('${')[0]!.split(/[:,] /)[0]!)
    .filter((message) => message !== '');
}

describe('docs/operations/faults.md', () => {
  it('has every message of the log that may ask for action', () => {
    const messages = [...new Set(loggedMessages())];
    expect(messages.length).toBeGreaterThan(10);
    const missing = messages.filter((message) => !PAGE.includes(message));
    expect(missing).toEqual([]);
  });

  it('quotes in its headings what the program says', () => {
    const text = programText();
    const quoted = [...PAGE.matchAll(/^###? (.*)$/gm)].flatMap(([, heading = '']) =>
      [...heading.matchAll(/`([^`]+)`/g)].map(([, message = '']) => message),
    );
    expect(quoted.length).toBeGreaterThan(15);
    const parts = quoted
      .flatMap((message) => message.split('…'))
      .map((part) => part.trim().toLowerCase())
      .filter((part) => part !== '' && part !== '/health/ready');
    expect(parts.filter((part) => !text.includes(part))).toEqual([]);
  });

  it('has a command under every fault', () => {
    const sections = PAGE.split(/^### /m).slice(1);
    const without = sections.filter(
      (section) => !section.includes('```') && !/`strongroom-admin|nothing to do|act only/i.test(section),
    );
    expect(without.map((section) => section.split('\n')[0])).toEqual([]);
  });
});
