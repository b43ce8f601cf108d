import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const PATH = '/api/v3.1/searches/secrets';
const rule = (operator: string, values: unknown, key = 'key') => ({
  key,
  values,
  operator,
  type: 'attribute',
});
const rules = (...filter_rules: unknown[]) => ({ filter_rules });

describe('the search by rules', () => {
  let room: Strongroom;
  let viewer: As;
  beforeAll(async () => {
    room = await Strongroom.start();
    const tenant = await room.tenant('searched');
    viewer = await room.member('searched', 'searching', 'viewer');
    for (const key of ['db.main', 'db.replica', 'DB.old', 'api_key', 'api%key'.replace('%', '-')]) {
      await room.secret(tenant, 'PUT', key, 'the-value');
    }
    await room.call(tenant, 'PUT', '/api/v3.1/secrets/db.private', { value: 'x', visibility: 'private' });
    await room.secret(ADMIN, 'PUT', 'db.elsewhere', 'x');
    await room.call(ADMIN, 'PUT', '/api/v3.1/secrets/db.shared', { value: 'x', visibility: 'global' });
  });
  afterAll(() => room.stop());

  const search = (body: unknown, query = '', as = viewer, path = PATH) =>
    room.call(as, 'POST', `${path}?_sort=key${query}`, body);
  const keys = (body: Record<string, unknown>): string[] =>
    (body.items as { key: string }[]).map(({ key }) => key);

  it('refuses rules that nest without end, and does not repeat them', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    for (const wrong of [deep, `{"key": ${deep}}`, `{"key": "key", "values": [${deep}]}`]) {
      const answer = await room.send({
        ...{ method: 'POST', path: PATH, body: `{"filter_rules": [${wrong}]}` },
        headers: {
          ...{
            Authorization: `Basic ${Buffer.from(viewer.login!).toString('base64')}`,
            tenant: viewer.tenant!,
          },
          'Content-Type': 'application/json',
        },
      });
      expect([answer.status, answer.body.err_filter_rule]).toEqual([400, null]);
    }
  });

  const ALL = ['DB.old', 'api-key', 'api_key', 'db.main', 'db.replica', 'db.shared'];
  const DB = ['db.main', 'db.replica', 'db.shared'];
  it.each<[string, unknown, string[]]>([
    ['nothing', {}, ALL],
    ['no rules', rules(), ALL],
    ['nulls', { filter_rules: null, constraints: null }, ALL],
    ['no constraints', { constraints: {} }, ALL],
    ['any_of', rules(rule('any_of', ['db.main', 'api_key', 'no-such'])), ['api_key', 'db.main']],
    ['any_of in another case', rules(rule('any_of', ['DB.MAIN'])), []],
    ['not_any_of', rules(rule('not_any_of', ['api_key', 'DB.old', 'api-key'])), DB],
    ['contains', rules(rule('contains', ['b.', 'i_k'])), ['api_key', ...DB]],
    ['not_contains', rules(rule('not_contains', ['api', 'DB'])), DB],
    ['starts_with in any case', rules(rule('starts_with', ['Db'])), ['DB.old', ...DB]],
    ['ends_with in any case', rules(rule('ends_with', ['KEY', 'main'])), ['api-key', 'api_key', 'db.main']],
    ['is_not_empty', rules(rule('is_not_empty', [])), ALL],
    [
      'two rules',
      rules(rule('starts_with', ['db']), rule('not_any_of', ['db.main'])),
      ['DB.old', 'db.replica', 'db.shared'],
    ],
    ['a key in another case', rules(rule('any_of', ['api_key'], 'KEY')), ['api_key']],
    ['a provider', rules(rule('any_of', ['p1'], 'provider_name')), []],
    ['another provider', rules(rule('not_contains', ['p1'], 'provider_name')), ALL],
    ['a provider at all', rules(rule('is_not_empty', [], 'provider_name')), []],
    ['name_pattern', { constraints: { name_pattern: { starts_with: 'db', ends_with: 'n' } } }, ['db.main']],
    ['equals_to', { constraints: { name_pattern: { equals_to: 'db.main' } } }, ['db.main']],
    ['valid_values', { constraints: { valid_values: ['db.main', 'x'] } }, ['db.main']],
  ])('finds for %s what it asks for, and counts what it leaves out', async (_name, body, expected) => {
    const answer = await search(body);
    expect(answer.status).toBe(200);
    expect(keys(answer.body)).toEqual(expected);
    expect(answer.body.metadata).toEqual({
      pagination: { total: expected.length, size: 1000, offset: 0 },
      filtered: ALL.length - expected.length,
    });
  });

  it('shows secrets without schemas that it does not name, and without values, not even sealed', async () => {
    const { body, text } = await search(rules(rule('any_of', ['db.main'])), '', ADMIN_OF());
    expect(body.items).toEqual([
      {
        key: 'db.main',
        value: '',
        created_at: expect.any(String),
        updated_at: expect.any(String),
        visibility: 'tenant',
        resource_availability: 'tenant',
        private_resource: false,
        is_hidden_value: false,
        tenant_name: 'searched',
        created_by: 'searched-user',
        provider_name: null,
        description: null,
        expires_at: null,
        is_expired: false,
        labels: {},
        provider_options: null,
      },
    ]);
    expect(text).not.toContain('the-value');
  });

  const ADMIN_OF = (): As => ({ ...ADMIN, tenant: 'searched' });

  it('shows under v3 what its list shows', async () => {
    const { body } = await search(rules(rule('any_of', ['db.main'])), '', viewer, '/api/v3/searches/secrets');
    expect(Object.keys((body.items as object[])[0] ?? {}).sort()).toEqual(
      ['key', 'created_at', 'updated_at', 'permission', 'tenant_name', 'created_by'].sort(),
    );
  });

  it('goes together with search, pages, fields and filters, and not over all tenants', async () => {
    const startsWithDb = rules(rule('starts_with', ['db']));
    expect(keys((await search(startsWithDb, '&_search=REPL')).body)).toEqual(['db.replica']);
    expect((await search(startsWithDb, '&_search=REPL')).body).toHaveProperty('metadata.filtered', 0);
    expect(keys((await search(startsWithDb, '&_size=1&_offset=2')).body)).toEqual(['db.replica']);
    expect((await search(startsWithDb, '&_include=key,value&_size=1')).body.items).toEqual([
      { key: 'DB.old', value: '' },
    ]);
    expect(keys((await search(startsWithDb, '&visibility=global')).body)).toEqual(['db.shared']);
    expect(keys((await search(startsWithDb, '&_all_tenants=true', ADMIN_OF())).body)).not.toContain(
      'db.elsewhere',
    );
    const cursor = await search(startsWithDb, '&_after=&_size=2');
    const metadata = cursor.body.metadata as { next: string };
    expect(metadata).toEqual({ pagination: { size: 2 }, next: expect.any(String) });
    expect(keys((await search(startsWithDb, `&_after=${metadata.next}`)).body)).toEqual([
      'db.replica',
      'db.shared',
    ]);
  });

  it.each<[string, unknown]>([
    ['no object', 'key'],
    ['null', null],
    ['a list', []],
    ['a missing member', { key: 'key', values: ['a'], operator: 'any_of' }],
    ['a further member', { ...rule('any_of', ['a']), more: 1 }],
    ['another type', { ...rule('any_of', ['a']), type: 'tag' }],
    ['another operator', rule('equals', ['a'])],
    ['an operator of the prototype', rule('constructor', ['a'])],
    ['the value', rule('any_of', ['a'], 'value')],
    ['a key of the prototype', rule('any_of', ['a'], '__proto__')],
    ['values that are no list', rule('any_of', 'a')],
    ['values that are no texts', rule('any_of', [1])],
    ['no values', rule('any_of', [])],
    ['values where there are none', rule('is_not_empty', ['a'])],
    ['a value that is no name', rule('contains', ['%'])],
    ['an empty value', rule('contains', [''])],
    ['SQL', rule('any_of', ["a') OR true --"])],
  ])('refuses a rule with %s, and says which and why', async (_name, bad) => {
    const { status, body } = await search(rules(rule('any_of', ['a']), bad));
    expect([status, body.error_code]).toEqual([400, 'invalid_filter_rule']);
    expect(body.err_filter_rule).toEqual(Array.isArray(bad) || typeof bad !== 'object' ? null : bad);
    expect(body.message).toContain(body.err_reason);
  });

  it('does not repeat what is long or could break a line', async () => {
    for (const value of ['a'.repeat(2_000), 'a\u0085b', 'a\u202eb']) {
      const { status, body, text } = await search(rules(rule('any_of', [value])));
      expect([status, body.err_filter_rule]).toEqual([400, null]);
      expect(text).not.toMatch(/[\u0080-\u009f\u202e]|a{300}/);
    }
  });

  it.each<[string, unknown]>([
    ['both', { ...rules(), constraints: {} }],
    ['rules that are no list', { filter_rules: {} }],
    ['constraints that are no object', { constraints: [] }],
    ['an unknown constraint', { constraints: { size: 1 } }],
    ['a pattern that is no object', { constraints: { name_pattern: 'a' } }],
    ['an unknown pattern', { constraints: { name_pattern: { like: 'a' } } }],
    ['a pattern without a text', { constraints: { name_pattern: { contains: 1 } } }],
    ['values that are no list', { constraints: { valid_values: 'a' } }],
    ['more rules than a hundred', rules(...Array.from({ length: 101 }, () => rule('any_of', ['a'])))],
  ])('refuses %s', async (_name, body) => {
    const answer = await search(body);
    expect([answer.status, answer.body.error_code]).toEqual([400, 'bad_parameters_error']);
  });

  it('needs the right to list, and is on record', async () => {
    await room.user('nobody', 'password');
    const stranger = { login: 'nobody:password', tenant: 'searched' };
    expect((await search({}, '', stranger)).status).toBe(403);
    const events = await room.database.asSuperuser(
      `SELECT FROM audit_events WHERE body::json->>'action' = 'secret.list'
         AND actor_id = (SELECT id FROM users WHERE username = 'nobody') AND body::json->>'outcome' = 'forbidden'`,
    );
    expect(events).toHaveLength(1);
  });
});
