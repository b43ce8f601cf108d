import { describe, expect, it } from '@jest/globals';
import {
  declaredFunctions,
  declaredStatements,
  declaredTableGrants,
} from '../../../src/database/schema/declared-statements.js';

describe('what the schema’s files declare', () => {
  it('is written in forms that are recognised', () => {
    const others = declaredStatements().filter(({ kind }) => kind === 'other');
    for (const { sql } of others) expect(sql).toMatch(/^(INSERT INTO |ALTER TABLE \w+ ATTACH PARTITION )/);
    const kinds = declaredStatements().map(({ kind }) => kind);
    for (const kind of ['table', 'view', 'type', 'index', 'row security', 'policy', 'grant'])
      expect(kinds).toContain(kind);
  });

  it('gives each right a role, an object and a column if it covers only that', () => {
    const grants = declaredTableGrants();
    expect(grants).toEqual(
      expect.arrayContaining([
        { role: 'app_role', privilege: 'INSERT', object: 'audit_events', column: null },
        { role: 'app_role', privilege: 'UPDATE', object: 'tenants', column: 'deleted_at' },
        { role: 'reader_role', privilege: 'SELECT', object: 'tenants', column: 'id' },
        { role: 'reader_role', privilege: 'SELECT', object: 'tenants', column: 'name' },
      ]),
    );
    expect(grants).not.toContainEqual(
      expect.objectContaining({ object: 'tenants', role: 'reader_role', column: null }),
    );
    for (const { privilege } of grants) expect(privilege).toMatch(/^(SELECT|INSERT|UPDATE|DELETE)$/);
  });

  it('names each function, its owner and its callers', () => {
    const functions = declaredFunctions();
    for (const { name } of functions) expect(name).toMatch(/^\w+$/);
    expect(functions.every(({ callers }) => callers.length > 0)).toBe(true);
    expect(functions.find(({ name }) => name === 'read_secrets')).toEqual({
      name: 'read_secrets',
      ofReader: true,
      callers: ['app_role'],
    });
    expect(functions.find(({ name }) => name === 'find_identities')?.ofReader).toBe(false);
  });
});
