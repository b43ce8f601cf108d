import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { programFunctions } from '../../../src/database/schema/function-set.js';
import { readSchemaFile, withVariables } from '../../../src/database/schema/read-schema.js';
import { FUNCTIONS, FUNCTIONS_NUMBER, TABLES } from '../../../src/database/schema/schema-files.js';

const FOLDER = join(import.meta.dirname, '../../../src/database/schema');

/** Raise FUNCTIONS_NUMBER with each change of a function, then put the new number and hash here. */
const HASH_OF_NUMBER = [4, '1033a79778c7dc103547e8c9bba6bff19249c1e3f1705153da9ea4e6e6977104'];

const files = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.sql'));

describe('the files of the schema', () => {
  it.each([
    ['tables', TABLES],
    ['functions', FUNCTIONS],
  ])('in %s are all listed, and those that are listed are there', (folder, names) => {
    expect(names.map((name) => `${name}.sql`).sort()).toEqual(files(join(FOLDER, folder)).sort());
  });

  it('hold the functions of their number', () => {
    const hash = createHash('sha256');
    for (const [name, text] of programFunctions().texts) hash.update(`${name}\n${text}\n`);
    expect([FUNCTIONS_NUMBER, hash.digest('hex')]).toEqual(HASH_OF_NUMBER);
  });

  it.each(TABLES)('declare in %s.sql the table or view of that name', (path) => {
    const pattern = new RegExp(`^CREATE (TABLE|VIEW) ${basename(path)} `, 'm');
    expect(readSchemaFile(`tables/${path}.sql`)).toMatch(pattern);
  });

  it.each(FUNCTIONS)('create in %s.sql the function of that name, and say who may call it', (path) => {
    const text = readSchemaFile(`functions/${path}.sql`);
    const name = basename(path);
    expect(text).toMatch(new RegExp(`^CREATE OR REPLACE FUNCTION ${name}\\(`, 'm'));
    expect(text).toContain(`\nREVOKE ALL ON FUNCTION ${name} FROM PUBLIC;\n`);
    expect(text).toContain(`\nGRANT EXECUTE ON FUNCTION ${name} TO `);
  });
});

describe('withVariables', () => {
  it('puts in identifiers and literals, quoted', () => {
    const sql = `GRANT x TO :"role"; SELECT :'role'`;
    expect(withVariables(sql, { role: 'plain' })).toBe(`GRANT x TO "plain"; SELECT 'plain'`);
    expect(withVariables(sql, { role: `a"b'c` })).toBe(`GRANT x TO "a""b'c"; SELECT 'a"b''c'`);
  });

  it('leaves casts and everything else alone', () => {
    const sql = `SELECT ''::text, 'x'::"char", 'HH24:MI:SS', '{"a":"b"}'::json`;
    expect(withVariables(sql, {})).toBe(sql);
  });

  it('refuses a variable that has no value', () => {
    expect(() => withVariables('GRANT x TO :"nobody"', {})).toThrow('variable nobody has no value');
  });
});
