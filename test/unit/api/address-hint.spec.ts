import { describe, expect, it } from '@jest/globals';
import { addressHint } from '../../../src/api/http/address-hint.js';
import { RouteTable } from '../../../src/api/routes/route-table.js';

describe('addressHint', () => {
  const table = new RouteTable();
  for (const version of ['v3', 'v3.1'])
    for (const path of [
      'secrets',
      'secrets/:key',
      'secrets/:key/set-visibility',
      'users',
      'user',
      'user-groups',
    ])
      table.add(`/api/${version}/${path}`, ['GET']);
  table.add('/health/live', ['GET']);
  table.add('/api/docs', ['GET']);
  table.add('/files/*', ['GET']);

  it.each([
    ['/api/v3/secrets/', '/api/v3/secrets'],
    ['/api/v3.1/secrets/db.password/', '/api/v3.1/secrets/db.password'],
    ['//api/v3//secrets', '/api/v3/secrets'],
    ['/secrets', '/api/v3.1/secrets'],
    ['/secrets/a', '/api/v3.1/secrets/a'],
    ['/api/secrets/a/', '/api/v3.1/secrets/a'],
    ['/v3.1/secrets', '/api/v3.1/secrets'],
    ['/api/v2/secrets', '/api/v3.1/secrets'],
    ['/api/v3.1.2/users', '/api/v3.1/users'],
    ['/API/v3/Secrets/A', '/api/v3/secrets/A'],
    ['/api/v3/secerts/a', '/api/v3/secrets/a'],
    ['/secret/a', '/api/v3.1/secrets/a'],
    ['/api/v3/secrets/a/set-visiblity', '/api/v3/secrets/a/set-visibility'],
    ['/api/v3.1/usergroups', '/api/v3.1/user-groups'],
    ['/health/life', '/health/live'],
  ])('suggests for %s the nearest, %s', (path, meant) => {
    expect(addressHint(path, table)).toBe(`did you mean \`${meant}\`?`);
  });

  it.each(['/api/v3/secrets/a/b', '/api/v3.1/secrets/a/b/c/d', '/api/v3/secrets/a%2Fb', '/x%2fy'])(
    'says that names hold no slash: %s',
    (path) => {
      expect(addressHint(path, table)).toMatch(/^the names in a path hold no slash/);
    },
  );

  it.each([
    '/',
    '/nowhere',
    '/api/v3/blueprints',
    '/api/v3.1',
    `/${'x/'.repeat(4_000)}`,
    `/${'y'.repeat(9_000)}`,
  ])('says how addresses begin where none is near: %.20s', (path) => {
    expect(addressHint(path, table)).toBe(
      'addresses begin with /api/v3.1/ or /api/v3/, such as /api/v3.1/secrets',
    );
  });

  it('repeats a path in a form that cannot mislead', () => {
    const hint = addressHint(`/secrets/"\u001b${'x'.repeat(500)}`, table);
    expect(hint).toContain('did you mean `/api/v3.1/secrets/\\"\\u001bxxx');
    expect(hint.length).toBeLessThan(400);
  });
});
