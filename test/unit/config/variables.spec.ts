import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Configuration } from '../../../src/config/configuration.js';
import { loadConfiguration } from '../../../src/config/load-configuration.js';
import { knownNames, variables } from '../../../src/config/variables.js';

const NAMES = /\b(?:STRONGROOM_[A-Z_]*[A-Z]|DATABASE_[A-Z_]*[A-Z])\b/g;
const root = new URL('../../../', import.meta.url);
const manual = readFileSync(new URL('docs/configuration.md', root), 'utf8');
const example = readFileSync(new URL('.env.example', root), 'utf8');
const all = Object.values(variables);

/** Returns the rows of the manual's table of variables: name, default, meaning. */
function rowsOfManual(): { name: string; fallback: string; what: string }[] {
  return [...manual.matchAll(/^\| `([A-Z_]+)` +\| (.*?) +\| (.*?) +\|$/gm)].map(
    ([, name = '', fallback = '', what = '']) => ({ name, fallback, what }),
  );
}

/** Returns the variables of the example, each with the comment above it. */
function entriesOfExample(): { name: string; fallback: string; what: string }[] {
  return [...example.matchAll(/^# (.*)\n#([A-Z_]+)=(.*)$/gm)].map(
    ([, what = '', name = '', fallback = '']) => ({
      name,
      fallback,
      what,
    }),
  );
}

describe('the table of variables', () => {
  it('has one for each property of the configuration', () => {
    const properties = Object.keys(new Configuration()).filter((name) => name !== 'adminPasswordProblem');
    expect(Object.keys(variables).sort()).toEqual(properties.sort());
  });

  it('is the one of docs/configuration.md', () => {
    const expected = all.map(({ name, default: fallback = '' }) => [
      name,
      fallback === '' ? 'none' : `\`${fallback}\``,
    ]);
    expect(rowsOfManual().map(({ name, fallback }) => [name, fallback])).toEqual(expected);
    for (const [index, { what }] of rowsOfManual().entries()) {
      const meaning = all[index]?.what ?? '';
      expect(what.replaceAll('`', '').slice(0, meaning.length)).toBe(meaning);
    }
  });

  it('is the one of .env.example', () => {
    const expected = all.map(({ name, what, default: fallback = '' }) => ({ name, fallback, what }));
    expect(entriesOfExample()).toEqual(expected);
  });

  it('leaves no variable unknown that the manual or the example names', () => {
    for (const text of [manual, example]) {
      expect([...new Set(text.match(NAMES))].filter((name) => !knownNames().includes(name))).toEqual([]);
    }
  });

  it('has every _FILE form in both', () => {
    const forms = all.filter(({ secret }) => secret).map(({ name }) => `${name}_FILE`);
    expect(forms).toHaveLength(6);
    for (const form of forms) {
      expect(manual).toContain(form);
      expect(example).toContain(form);
    }
  });

  it('makes of the example, with nothing changed, what an empty environment gives', () => {
    const environment = Object.fromEntries(entriesOfExample().map(({ name, fallback }) => [name, fallback]));
    expect(loadConfiguration(environment)).toEqual(loadConfiguration({}));
  });
});
