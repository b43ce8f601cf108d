import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EXAMPLE_TRASH_ID } from '../../src/secrets/trash/trash-errors.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const V31 = '/api/v3.1';
const KEY = `${V31}/secrets/db.password`;
const HERS: As = { login: 'alice:correct horse battery staple' };
const ALICE: As = { ...HERS, tenant: 'default_tenant' };
const PAYMENTS: As = { ...ADMIN, tenant: 'payments' };

/** Names the errors of the document that no request brings about at will; they are made by the code that answers them. */
const NOT_AT_WILL = [
  'request_timeout',
  'too_many_requests',
  'internal_server_error',
  'busy',
  'unavailable',
  'pruned',
];

type Headers = Readonly<Record<string, string>>;
type Call = readonly [method: string, path: string, body?: unknown, as?: As, headers?: Headers];

const group = (role: string, as?: As): Call => ['POST', '/user-groups/developers', { role }, as];
const admin = { username: 'admin' };
const developers = { group_name: 'developers' };

/** Lists requests, some of which are refused: between them they get every error that the document shows. */
/** Makes the secret of the examples one that has expired. */
const EXPIRED = {
  ...{ key: 'db.password', value: 'x', tenant_name: 'default_tenant', visibility: 'tenant' },
  ...{ is_hidden_value: true, encrypted: false, expires_at: '2000-01-01 00:00' },
};

const CALLS: readonly Call[] = [
  // Nothing is there yet.
  ['GET', '/secrets/db.password'],
  ['GET', '/tokens/a1B2c3D4e5'],
  ['GET', '/users/alice'],
  group('default'),
  group('admins'),
  ['GET', '/permissions/visitor'],
  ['GET', '/permissions/viewer/secret_create'],
  ['GET', '/provider/context'],
  ['GET', '/audit/all?tenant_name=visitors'],
  ['GET', '/secrets-providers/vault'],
  ['PUT', '/secrets/db.password', { value: 'x', provider_name: 'vault' }],
  // What is wrong in itself.
  ['GET', '/secrets?_size=x'],
  ['PUT', '/secrets/1st.password', { value: 'x' }],
  ['PUT', '/secrets/db.password', { value: '' }],
  ['PATCH', '/secrets/db.password', {}],
  [
    'POST',
    '/searches/secrets',
    { filter_rules: [{ key: 'key', operator: 'any_of', values: [], type: 'attribute' }] },
  ],
  ['GET', '/secrets/share/export?_passphrase=short'],
  ['POST', '/secrets/share/import', { secrets_list: [1], override_collisions: false }],
  ['POST', '/tokens', { expiration_date: '2000-01-01 00:00' }],
  ['POST', '/tenants/1st'],
  ['POST', '/user-groups', { group_name: 'users' }],
  ['POST', '/maintenance/stop'],
  ['PUT', '/users', { username: 'alice', password: 'short' }],
  ['POST', '/users/admin', { password: 'correct horse', role: 'default' }],
  ['PUT', '/permissions/viewer/secret_get'],
  ['DELETE', '/permissions/sys_admin/user_set_role'],
  ['POST', '/users/admin', { role: 'default' }],
  ['POST', '/users/active/admin', { action: 'deactivate' }],
  // Users, groups and tenants.
  ['PUT', '/users', { username: 'alice', password: 'correct horse battery staple' }],
  ['PUT', '/users', { username: 'alice', password: 'correct horse battery staple' }],
  ['POST', '/users/unlock/alice'],
  ['POST', '/user-groups', developers],
  ['POST', '/user-groups', developers],
  ['DELETE', '/user-groups/users', { ...developers, ...admin }],
  ['PUT', '/user-groups/users', { ...developers, ...admin }],
  ['PUT', '/user-groups/users', { ...developers, ...admin }],
  ['POST', '/tenants/payments'],
  ['POST', '/tenants/payments'],
  ['PUT', '/tenants/users', { tenant_name: 'payments', username: 'nobody', role: 'user' }],
  ['PUT', '/tenants/user-groups', { tenant_name: 'payments', group_name: 'nobodies', role: 'user' }],
  ['PATCH', '/tenants/users', { tenant_name: 'payments', ...admin, role: 'user' }],
  ['PUT', '/tenants/users', { tenant_name: 'payments', ...admin, role: 'user' }],
  ['PUT', '/tenants/users', { tenant_name: 'payments', ...admin, role: 'user' }],
  ['DELETE', '/tenants/payments'],
  ['PATCH', '/tenants/user-groups', { tenant_name: 'payments', ...developers, role: 'user' }],
  ['PUT', '/tenants/user-groups', { tenant_name: 'payments', ...developers, role: 'user' }],
  ['PUT', '/tenants/user-groups', { tenant_name: 'payments', ...developers, role: 'user' }],
  // Secrets.
  ['PUT', '/secrets/db.password', { value: 'x', is_hidden_value: true }],
  ['PUT', '/secrets/db.password', { value: 'x' }],
  ['PATCH', '/secrets/db.password', { visibility: 'private' }],
  ['PUT', '/secrets/db.password', { value: 'x' }, PAYMENTS],
  ['PATCH', '/secrets/db.password/set-global'],
  ['PATCH', '/secrets/db.password', { value: 'y' }, ADMIN, { 'If-Match': '"another"' }],
  ['GET', '/secrets/db.password?version=99'],
  ['DELETE', '/secrets/db.password/versions/99'],
  ['DELETE', '/secrets/db.password/versions/first'],
  ['DELETE', '/secrets/db.password/versions/1'],
  ['PATCH', '/secrets/db.password', { value: 'y' }],
  ['DELETE', '/secrets/db.password/versions/1'],
  ['GET', '/secrets/db.password?version=1'],
  ['POST', '/bulk/secrets/read', { keys: ['db.password', 'mail.relay'], format: 'map' }],
  [
    'POST',
    '/bulk/secrets/write',
    {
      mode: 'all_or_nothing',
      items: [
        { key: 'db.user', value: 'x' },
        { key: 'db.password', value: 'x' },
      ],
    },
  ],
  ['PATCH', '/tenants/default_tenant/settings', {}],
  ['PATCH', '/tenants/default_tenant/settings', { max_versions: 101 }],
  ['PATCH', '/tenants/default_tenant/settings', { require_if_match: true }],
  ['PATCH', '/secrets/db.password', { value: 'y' }],
  ['PATCH', '/tenants/default_tenant/settings', { require_if_match: false }],
  ['PUT', '/tenants/users', { tenant_name: 'default_tenant', username: 'alice', role: 'user' }],
  ['PATCH', '/secrets/db.password', { value: 'y' }, ALICE],
  // Moves and copies.
  ['POST', '/secrets/db.password/move', { key: 'db.password' }],
  ['PUT', '/secrets/another', { value: 'x' }],
  ['POST', '/secrets/another/move', { key: 'db.password' }],
  ['POST', '/secrets/db.password/copy', {}],
  ['POST', '/secrets/db.password/copy', { key: 'copied' }, ALICE],
  ['DELETE', '/secrets/db.password', undefined, PAYMENTS],
  ['PUT', '/secrets/everywhere', { value: 'x', visibility: 'global' }, PAYMENTS],
  ['POST', '/secrets/everywhere/move', { key: 'db.password' }, PAYMENTS],
  ['POST', '/bulk/secrets/move', { from_prefix: 'db.', to_prefix: 'x' }, PAYMENTS],
  ['POST', '/bulk/secrets/move', { from_prefix: 'x', to_prefix: 'x' }],
  ['PUT', '/secrets/hers', { value: 'x' }, ALICE],
  ['PATCH', '/secrets/hers/set-global', undefined, ALICE],
  ['POST', '/secrets/share/import', { secrets_list: [EXPIRED], override_collisions: true }],
  ['GET', '/secrets/db.password'],
  ['DELETE', '/users/alice'],
  // The trash.
  ['POST', `/trash/secrets/${EXAMPLE_TRASH_ID}/restore`],
  ['DELETE', '/trash/secrets/db.password'],
  ['DELETE', '/secrets/db.password'],
  ['PATCH', '/tenants/default_tenant/settings', { require_if_match: true }],
  ['POST', '/trash/secrets/{trashed}/restore'],
  ['PATCH', '/tenants/default_tenant/settings', { require_if_match: false }],
  ['PUT', '/secrets/db.password', { value: 'x' }],
  ['POST', '/trash/secrets/{trashed}/restore'],
  ['DELETE', '/secrets/db.password', undefined, { ...ADMIN, tenant: 'payments' }],
  ['PATCH', '/secrets/db.password/set-global'],
  ['GET', '/secrets/db.password/reads', undefined, { ...ADMIN, tenant: 'payments' }],
  ['DELETE', '/secrets/db.password'],
  ['PUT', '/secrets/db.password', { value: 'x' }, { ...ADMIN, tenant: 'payments' }],
  ['POST', '/trash/secrets/{trashed}/restore'],
  ['GET', `/changes/secrets?since=${'A'.repeat(82)}`],
  // Who is not known, or may not do it.
  ['GET', '/user', undefined, {}],
  ['GET', '/user', undefined, { login: 'alice:wrong' }],
  ['PUT', '/users', { username: 'bob', password: 'correct horse' }, HERS],
  ['GET', '/secrets/x', undefined, { ...ADMIN, tenant: 'nowhere' }],
  // The last administrator is one through a group.
  group('sys_admin'),
  ['PUT', '/user-groups/users', { ...developers, username: 'alice' }],
  ['DELETE', '/user-groups/users', { ...developers, ...admin }],
  ['POST', '/users/admin', { role: 'default' }],
  group('default', ALICE),
  ['DELETE', '/user-groups/users', { ...developers, username: 'alice' }, ALICE],
  ['DELETE', '/user-groups/developers', undefined, ALICE],
  ['POST', '/users/admin', { role: 'sys_admin' }, ALICE],
  ['POST', '/users/active/alice', { action: 'deactivate' }],
  ['POST', '/users/active/alice', { action: 'deactivate' }],
  // Maintenance comes last.
  ['POST', '/maintenance/activate'],
  ['GET', '/secrets'],
];

/** Replaces what differs from request to request: ids, tags and times. */
const steady = (text: string): string =>
  text
    .replace(/; request id [\w-]+/, '')
    .replaceAll(/\\"[\w-]+\.\d+\.[\w-]+\\"/g, '<tag>')
    .replaceAll(/`[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}`/g, '`<id>`')
    .replace(/"cursor":"[\w-]{82}"/, '"cursor":"<cursor>"')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>');

describe('the errors of the OpenAPI document', () => {
  let room: Strongroom;
  beforeAll(async () => {
    room = await Strongroom.start();
  });
  afterAll(() => room.stop());

  /** Returns every body of an error that the document shows, apart from those that come without a cause to send. */
  function shown(): Set<string> {
    const { document } = room.validator;
    const responses = [
      ...Object.values(document.paths).flatMap((item) =>
        Object.values(item).flatMap((operation) => Object.values(operation.responses)),
      ),
      ...Object.values(document.components.responses),
    ];
    const bodies = responses.flatMap(({ content }) =>
      Object.values(content?.['application/json']?.examples ?? {}).map(({ value }) => value),
    );
    const sendable = bodies.filter(({ error_code: code }) => !NOT_AT_WILL.includes(code as string));
    return new Set(sendable.map((body) => JSON.stringify(body)));
  }

  it('come as they are shown, all that a request can bring about', async () => {
    const came = new Set<string>();
    let trashed = '';
    for (const [method, path, body, as = ADMIN, sent] of CALLS) {
      const answer = await room.call(as, method, `${V31}${path.replace('{trashed}', trashed)}`, body, sent);
      came.add(steady(answer.text));
      trashed = (answer.headers['strongroom-trash-id'] as string | undefined) ?? trashed;
    }
    const headers = { Authorization: `Basic ${Buffer.from(ADMIN.login ?? '').toString('base64')}` };
    const raw = [
      { method: 'GET', path: '/secrets' },
      { method: 'GET', path: `${V31}/users/${'x'.repeat(2_100)}` },
      {
        method: 'PUT',
        path: `${V31}/users`,
        body: '{}',
        headers: { ...headers, 'Content-Type': 'text/plain' },
      },
      { method: 'PUT', path: KEY, body: '{}', headers: { ...headers, 'Content-Length': '500000' } },
    ];
    await room.call(ADMIN, 'POST', `${V31}/maintenance/deactivate`);
    for (const call of raw) came.add((await room.send(call)).text);
    const missing = [...shown()].map(steady).filter((text) => !came.has(text));
    expect(missing).toEqual([]);
  });
});
