import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom } from '../support/strongroom.js';

const V31 = '/api/v3.1';
const CANARY = 'canary-77aa';

/** Lists mistakes: the request, and what the message says of them. No message repeats the canary. */
const MISTAKES: [method: string, path: string, body: unknown, message: RegExp][] = [
  [
    'PUT',
    '/secrets/a',
    {},
    /^`value` is missing: it must be a string that is not empty; .* needs a `schema`$/,
  ],
  ['PUT', '/secrets/a', { value: null }, /^`value` must be a string .*; null came$/],
  ['PUT', '/secrets/a', { value: '' }, /^`value` must be a string .*; an empty string came$/],
  ['PUT', '/secrets/a', { value: 7 }, /^`value` must be a string .*; a number came$/],
  ['PUT', '/secrets/a', { value: true }, /^`value` must be a string .*; a boolean came$/],
  ['PUT', '/secrets/a', { value: [CANARY] }, /^`value` must be a string .*; an array came$/],
  ['PUT', '/secrets/a', { value: { a: CANARY } }, /^`value` must be a string .*; an object came$/],
  [
    'PUT',
    '/secrets/a',
    { value: CANARY.repeat(6_000) },
    /^The value is larger than 65536 bytes .*; 66000 came$/,
  ],
  ['PATCH', '/secrets/there', { value: { a: CANARY } }, /^`value` must be a string .*; an object came$/],
  [
    'PUT',
    '/secrets/there',
    { value: 7, update_if_exists: true },
    /^`value` must be a string .*; a number came$/,
  ],
  ['PUT', '/secrets/a', { valeu: CANARY }, /^Unknown field "valeu"; did you mean `value`\?$/],
  [
    'PUT',
    '/secrets/a',
    { value: 'x', visibility: 'gobal' },
    /^`visibility` must be one of private, tenant, global; did you mean `global`\?$/,
  ],
  ['PUT', '/secrets/a', { value: 'x', visibility: 7 }, /^`visibility` must be one of .*; a number came$/],
  ['PUT', '/secrets/a', { value: 'x', schema: CANARY }, /^`schema` must be an object: .*; a string came$/],
  [
    'PUT',
    '/secrets/a',
    { value: 'x', is_hidden_value: 7 },
    /^`is_hidden_value` must be true or false; a number came$/,
  ],
  [
    'PUT',
    '/secrets/a',
    { value: 'x', is_hidden_value: CANARY },
    /^`is_hidden_value` must be true or false; a string came$/,
  ],
  [
    'PUT',
    '/secrets/a',
    { value: 'x', update_if_exists: CANARY },
    /^`update_if_exists` must be true or false; a string came$/,
  ],
  [
    'PUT',
    '/secrets/a',
    { value: 'x', description: 'x'.repeat(1_025) },
    /at most 1024 characters long; 1025 came$/,
  ],
  ['PUT', `/secrets/${'a'.repeat(300)}`, { value: 'x' }, /^Secret key: must be at most 256 .*; 300 came$/],
  [
    'PATCH',
    '/secrets/there/set-visibility',
    {},
    /^`visibility` is missing: it must be one of tenant, global$/,
  ],
  [
    'GET',
    '/secrets?_sort=craeted_at',
    undefined,
    /`_sort`.* must be one of .*; did you mean `created_at`\?$/,
  ],
  [
    'GET',
    '/secrets?_include=tenant',
    undefined,
    /^`_include`: .* must be one of .*; did you mean `tenant_name`\?$/,
  ],
  ['GET', '/secrets?_size=-1', undefined, /^`_size` must be a whole number from 0 to 1000$/],
  ['GET', '/secrets?_siz=1', undefined, /^Unknown query parameter "_siz"; did you mean `_size`\?$/],
  ['PUT', '/users', {}, /^`username` is missing: it must be a string$/],
  ['PUT', '/users', { username: 'u', password: 7 }, /^`password` must be a string; a number came$/],
  ['PUT', '/users', { username: 'u', password: 'short' }, /^A password must be 8 to 256 .* and is shorter$/],
  [
    'PUT',
    '/users',
    { username: 'u', password: CANARY, role: 'sysadmin' },
    /^`role` must be one of sys_admin, default; did you mean `sys_admin`\?$/,
  ],
  [
    'PUT',
    '/users',
    { username: 'u', password: CANARY, created_at: 7 },
    /^`created_at` must be a time as in ISO 8601, such as .*; a number came$/,
  ],
  [
    'POST',
    '/users/active/admin',
    { action: 'activated' },
    /^`action` must be one of .*; did you mean `activate`\?$/,
  ],
  [
    'PUT',
    '/tenants/users',
    { tenant_name: 'default_tenant', username: 'admin' },
    /^`role` is missing: it must be one of manager, user, operations, viewer, auditor$/,
  ],
  [
    'PATCH',
    '/tenants/users',
    { tenant_name: 'default_tenant', username: 'admin', role: 'usr' },
    /^The role of a member must be one of .*; did you mean `user`\?$/,
  ],
  ['PUT', '/tenants/user-groups', { tenant_name: [] }, /^`tenant_name` must be a string; an array came$/],
  ['POST', '/user-groups', { group_name: null }, /^`group_name` must be a string; null came$/],
  [
    'POST',
    '/tokens',
    { description: 'x'.repeat(1_025) },
    /^`description` can be at most 1024 .*; 1025 came$/,
  ],
  ['POST', '/tokens', { expiration_date: 7 }, /^`expiration_date` must be a string; a number came$/],
  [
    'POST',
    '/searches/secrets',
    { filter_rules: {} },
    /^`filter_rules` must be an array of rules; an object came$/,
  ],
  ['POST', '/searches/secrets', { filter_rules: [7] }, /it must be an object; a number came$/],
  [
    'POST',
    '/searches/secrets',
    { filter_rules: [{ key: 'key', values: [], operator: 'any_of' }] },
    /must have exactly .*; type is missing$/,
  ],
  [
    'POST',
    '/searches/secrets',
    { filter_rules: [{ key: 'key', values: ['x'], operator: 'start_with', type: 'attribute' }] },
    /`operator` must be one of .*; did you mean `starts_with`\?$/,
  ],
  ['POST', '/secrets/share/import', {}, /^`secrets_list` is missing: it must be an array/],
  [
    'POST',
    '/secrets/share/import',
    { secrets_list: [] },
    /^`override_collisions` is missing: it must say whether secrets/,
  ],
  ['GET', '/secrets/%zz', undefined, /a `%` without two hexadecimal digits/],
];

describe('a message', () => {
  let room: Strongroom;
  beforeAll(async () => {
    room = await Strongroom.start();
    await room.secret(ADMIN, 'PUT', 'there', 'x');
  });
  afterAll(() => room.stop());

  it.each(MISTAKES)('says what was wrong with %s %.40s %.60j', async (method, path, sent, message) => {
    const { status, body } = await room.call(ADMIN, method, `${V31}${path}`, sent);
    expect([400, 413]).toContain(status);
    expect(body.message).toMatch(message);
    expect(body.message).not.toContain(CANARY);
  });

  it.each(['/secrets/', '/users/', '/tenants/', '/user-groups/', '/tokens/'])(
    'about an address suggests the same without a slash at its end: %s',
    async (path) => {
      const { status, body } = await room.call(ADMIN, 'GET', `${V31}${path}`);
      expect([status, body.error_code]).toEqual([404, 'unknown_address']);
      expect(body.message).toContain(`did you mean \`${V31}${path.slice(0, -1)}\`?`);
    },
  );

  it('about broken JSON says where', async () => {
    const answer = await room.send({
      method: 'PUT',
      path: `${V31}/secrets/a`,
      headers: {
        Authorization: `Basic ${Buffer.from(ADMIN.login ?? '').toString('base64')}`,
        ...{ tenant: 'default_tenant', 'Content-Type': 'application/json' },
      },
      body: `{\n  "value": ${CANARY}}`,
    });
    expect(answer.status).toBe(400);
    expect(answer.body.message).toMatch(/line 2, column 12/);
    expect(answer.body.message).not.toContain(CANARY);
  });
});
