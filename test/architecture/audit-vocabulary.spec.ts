import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { AUDIT_ACTIONS } from '../../src/audit/actions.js';
import { AUDIT_DETAIL_FIELDS } from '../../src/audit/detail-fields.js';
import { AUDIT_OUTCOMES } from '../../src/audit/outcomes.js';

const sources = new Map(
  readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(ts|sql)$/.test(path))
    .map((path) => [path, readFileSync(join('src', path), 'utf8')] as const),
);
const database = [...sources].filter(([path]) => /^database\/(migrations|schema)\//.test(path));
const writers = [...sources].filter(([path]) => !/^audit\/(actions|detail-fields|outcomes)\.ts$/.test(path));
const everything = writers.map(([, text]) => text).join('\n');

/** Matches settings of the session and names of files, which are written like actions. */
const NO_ACTION = /^(app|strongroom)\.|\.sql$/;

function found(pattern: RegExp, texts: readonly (readonly [string, string])[]): Set<string> {
  return new Set(texts.flatMap(([, text]) => [...text.matchAll(pattern)].map(([, name = '']) => name)));
}

/** Lists the patterns of actions in template literals of the sources. */
const templates = [...everything.matchAll(/newEvent\(`([a-z_.]*(?:\$\{[^}]+\}[a-z_.]*)+)`/g)].map(
  ([, template = '']) =>
    new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\$\{[^}]+\}/g, '[a-z_]+')}$`),
);

describe('the vocabulary of the audit trail', () => {
  it('has every action that SQL records', () => {
    const literals = [...found(/'([a-z_]+\.[a-z_]+)'/g, database)].filter((name) => !NO_ACTION.test(name));
    expect(literals).toContain('login.refused');
    expect(Object.keys(AUDIT_ACTIONS)).toEqual(expect.arrayContaining(literals));
  });

  it('has no action that nothing records', () => {
    const unused = Object.keys(AUDIT_ACTIONS).filter(
      (action) => !everything.includes(`'${action}'`) && !templates.some((template) => template.test(action)),
    );
    expect(unused).toEqual([]);
  });

  it('is in the order of the names', () => {
    for (const names of [Object.keys(AUDIT_ACTIONS), Object.keys(AUDIT_DETAIL_FIELDS)])
      expect(names).toEqual([...names].sort());
  });

  it('has every field of a detail that SQL records', () => {
    const fields = found(/json_build_object\(\s*'([a-z_]+)'/g, database);
    // Constants of the event itself, and of a caller without an account.
    for (const other of ['id', 'actor_id', 'address']) fields.delete(other);
    expect(Object.keys(AUDIT_DETAIL_FIELDS)).toEqual(expect.arrayContaining([...fields]));
  });

  it('has no field that nothing records', () => {
    const written = found(/\b([a-z_]+): /g, writers);
    const bySql = found(/json_build_object\(\s*'([a-z_]+)'/g, database);
    const isShorthand = (field: string) => new RegExp(`[{,] ${field} [},]`).test(everything);
    const unused = Object.keys(AUDIT_DETAIL_FIELDS).filter(
      (field) => !written.has(field) && !bySql.has(field) && !isShorthand(field),
    );
    expect(unused).toEqual([]);
    const named = Object.values(AUDIT_ACTIONS).flatMap(({ detail }): readonly string[] => detail);
    expect([...new Set(named)].sort()).toEqual(Object.keys(AUDIT_DETAIL_FIELDS));
  });

  it('has no outcome that nothing records', () => {
    const unused = Object.keys(AUDIT_OUTCOMES).filter((outcome) => !everything.includes(`'${outcome}'`));
    expect(unused).toEqual([]);
  });
});
