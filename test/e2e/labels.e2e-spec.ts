import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const V3 = '/api/v3/secrets';
const V31 = '/api/v3.1/secrets';
const SEARCH = '/api/v3.1/searches/secrets';

interface Item {
  readonly key: string;
  readonly labels?: Readonly<Record<string, string>>;
}

let room: Strongroom;
let user: As;
let other: As;
beforeAll(async () => {
  room = await Strongroom.start();
  user = await room.member('default_tenant', 'ulla', 'user');
  other = await room.member('default_tenant', 'otto', 'user');
});
afterAll(() => room.stop());

const call = (method: string, path: string, body?: unknown, as: As = ADMIN) =>
  room.call(as, method, path, body);
const put = (key: string, labels?: unknown, more: object = {}, as: As = ADMIN) =>
  call('PUT', `${V31}/${key}`, { value: 'v', labels, ...more }, as);
const labelsOf = async (key: string) => (await call('GET', `${V31}/${key}`)).body.labels;
const keysOf = (items: unknown) => (items as Item[]).map(({ key }) => key).sort();

async function found(filters: readonly string[], as: As = ADMIN, more = ''): Promise<string[]> {
  const query = filters.map((filter) => `_label=${encodeURIComponent(filter)}`).join('&');
  const { status, body } = await call('GET', `${V31}?${query}${more}`, undefined, as);
  expect([status, body.message]).toEqual([200, undefined]);
  return keysOf(body.items);
}

const rule = (key: string, operator: string, ...values: string[]) => ({
  key,
  operator,
  values,
  type: 'label',
});

describe('the labels of a secret', () => {
  it('are set by PUT, replaced and cleared by PATCH, and given by GET and lists', async () => {
    const labels = { env: 'prod', 'app.example.com/name': '“Billing”, = 1', empty: '', constructor: 'c' };
    expect((await put('set', labels)).body.labels).toEqual(labels);
    expect(await labelsOf('set')).toEqual(labels);
    expect((await call('GET', `${V31}?key=set&_include=labels`)).body.items).toEqual([{ labels }]);
    expect((await call('PATCH', `${V31}/set`, { value: 'w' })).body.labels).toEqual(labels);
    expect((await call('PATCH', `${V31}/set`, { labels: { env: 'test' } })).body.labels).toEqual({
      env: 'test',
    });
    expect(await labelsOf('set')).toEqual({ env: 'test' });
    for (const none of [null, {}]) {
      expect((await call('PATCH', `${V31}/set`, { labels: none })).body.labels).toEqual({});
      expect(await labelsOf('set')).toEqual({});
      await call('PATCH', `${V31}/set`, { labels });
    }
    const again = await put('set', { env: 'new' }, { update_if_exists: true });
    expect(again.body.labels).toEqual({ env: 'new' });
    await put('set', undefined, { update_if_exists: true });
    expect(await labelsOf('set')).toEqual({ env: 'new' });
  });

  it('make no version of the value, and stand in the database in clear, as it is documented', async () => {
    await put('versions', { a: 'b' });
    await call('PATCH', `${V31}/versions`, { labels: { a: 'c' } });
    const [row] = await room.database.asSuperuser(
      `SELECT version, revision, labels FROM secrets WHERE key = 'versions'`,
    );
    expect(row).toEqual({ version: 1, revision: 2, labels: { a: 'c' } });
  });

  it('may be 64, with names of 63 and values of 255 characters of any plane', async () => {
    const many = Object.fromEntries(Array.from({ length: 64 }, (_, n) => [`name-${n}`, 'x'.repeat(100)]));
    const longest = { ['n'.repeat(63)]: '\u{1F511}'.repeat(255) };
    for (const labels of [many, longest]) {
      expect((await put('longest', labels, { update_if_exists: true })).status).toBe(200);
      expect(await labelsOf('longest')).toEqual(labels);
    }
  });

  it.each([
    ['65', Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`n${n}`, '']))],
    ['8192 bytes', Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`n${n}`, 'x'.repeat(255)]))],
    ['must not be empty', { '': 'v' }],
    ['at most 63', { ['n'.repeat(64)]: 'v' }],
    ['may only hold letters', { 'a=b': 'v' }],
    ['may only hold letters', { '-a': 'v' }],
    ['may only hold letters', JSON.parse('{"__proto__": "v"}') as object],
    ['at most 255', { a: 'x'.repeat(256) }],
    ['no control characters', { a: 'line\nbreak' }],
    ['must be a string', { a: 1 }],
    ['must be a string', { a: null }],
    ['must be an object', ['a']],
    ['must be an object', 'a=b'],
  ])('are refused: %s', async (reason, labels) => {
    const refused = await put('refused', labels);
    expect([refused.status, refused.body.error_code]).toEqual([400, 'bad_parameters_error']);
    expect(refused.body.message).toContain(reason);
    expect((await call('GET', `${V31}/refused`)).status).toBe(404);
    const row = { key: 'refused', value: 'v', tenant_name: 'default_tenant', visibility: 'tenant' };
    const imported = await call('POST', `${V31}/share/import`, {
      secrets_list: [{ ...row, is_hidden_value: false, encrypted: false, labels }],
      override_collisions: false,
    });
    expect(imported.body.secrets_errors).toEqual({ 0: { labels: expect.stringContaining(reason) } });
  });

  it('cannot have a name twice', async () => {
    const refused = await room.send({
      ...{ method: 'PUT', path: `${V31}/refused`, body: '{"value": "v", "labels": {"a": "1", "a": "2"}}' },
      headers: {
        Authorization: `Basic ${Buffer.from(ADMIN.login ?? '').toString('base64')}`,
        ...{ tenant: 'default_tenant', 'Content-Type': 'application/json' },
      },
    });
    expect([refused.status, refused.body.message]).toEqual([400, expect.stringMatching(/twice/)]);
  });

  it('are unknown under v3, which ignores them in bodies and refuses them in lists and searches', async () => {
    await call('PUT', `${V3}/old`, { value: 'v', labels: 'nonsense' });
    expect(await labelsOf('old')).toEqual({});
    expect((await call('GET', `${V3}?_label=a%3Db`)).status).toBe(400);
    expect((await call('GET', `${V3}?_include=labels`)).status).toBe(400);
    const refused = await call('POST', '/api/v3/searches/secrets', {
      filter_rules: [rule('env', 'any_of', 'x')],
    });
    expect([refused.status, refused.body.err_reason]).toEqual([
      400,
      expect.stringMatching(/`type` must be attribute/),
    ]);
  });

  it('go with an export that has metadata, and come back with an import', async () => {
    await put('moved', { env: 'prod' }, { description: 'moved' });
    type Row = Record<string, unknown>;
    const exported = async (more: string) =>
      (await call('GET', `${V31}/share/export?key=moved${more}`)).body as unknown as Row[];
    const [plain] = await exported('');
    // Whatever else there is, a Cloudify Manager would not know.
    expect(Object.keys(plain!).sort()).toEqual(
      [
        ...['encrypted', 'is_hidden_value', 'key', 'provider', 'provider_options'],
        ...['tenant_name', 'value', 'visibility'],
      ].sort(),
    );
    const [row] = await exported('&_include_metadata=true');
    expect(row).toMatchObject({ labels: { env: 'prod' }, description: 'moved' });
    const imported = (each: Row) =>
      call('POST', `${V31}/share/import`, { secrets_list: [each], override_collisions: true });
    await call('DELETE', `${V31}/moved`);
    expect((await imported(row!)).body.secrets_errors).toEqual({});
    expect(await labelsOf('moved')).toEqual({ env: 'prod' });
    await imported(plain!);
    expect(await labelsOf('moved')).toEqual({ env: 'prod' });
    await imported({ ...row, labels: null });
    expect(await labelsOf('moved')).toEqual({});
  });
});

describe('searches by labels', () => {
  const world: readonly (readonly [key: string, labels: object, more?: object])[] = [
    ['w.prod', { env: 'prod', team: 'pay' }],
    ['w.test', { env: 'test', team: 'pay' }],
    ['w.dev', { env: 'dev', note: 'a=b' }],
    ['w.none', {}],
    ['w.global', { env: 'prod', world: 'yes' }, { visibility: 'global' }],
  ];
  let foreign: As;
  beforeAll(async () => {
    for (const [key, labels, more] of world) await put(key, labels, more);
    await put('w.private', { env: 'prod', team: 'own' }, { visibility: 'private' }, user);
    foreign = await room.tenant('elsewhere', 'user');
    await put('f.own', { env: 'prod' }, {}, foreign);
  });

  it('find what has all labels of the filters, and what the caller sees only', async () => {
    expect(await found(['env=prod'])).toEqual(['w.global', 'w.private', 'w.prod']);
    expect(await found(['env=prod'], user)).toEqual(['w.global', 'w.private', 'w.prod']);
    expect(await found(['env=prod'], other)).toEqual(['w.global', 'w.prod']);
    expect(await found(['env=prod'], foreign)).toEqual(['f.own', 'w.global']);
    expect(await found(['env=prod', 'team=pay'])).toEqual(['w.prod']);
    expect(await found(['env=prod', 'env=test'])).toEqual([]);
    expect(await found(['note=a=b'])).toEqual(['w.dev']);
    expect(await found(['env='])).toEqual([]);
    expect(await found(['ENV=prod'])).toEqual([]);
  });

  it('go together with other filters, a search, an order and pages', async () => {
    expect(await found(['env=prod'], ADMIN, '&visibility=global')).toEqual(['w.global']);
    expect(await found(['env=prod'], ADMIN, '&_search=w.pr')).toEqual(['w.private', 'w.prod']);
    expect(await found(['env=prod'], ADMIN, '&_search=w.')).toEqual(['w.global', 'w.private', 'w.prod']);
    expect(await found(['env=prod'], ADMIN, '&_search=prod&_search_in=key,description')).toEqual(['w.prod']);
    const page = await call('GET', `${V31}?_label=env%3Dprod&_sort=key&_size=1&_after=`);
    expect(keysOf(page.body.items)).toEqual(['w.global']);
    const { next } = page.body.metadata as { next: string };
    const second = await call('GET', `${V31}?_label=env%3Dprod&_sort=key&_size=1&_after=${next}`);
    expect(keysOf(second.body.items)).toEqual(['w.private']);
    const counted = await call('GET', `${V31}?_label=env%3Dprod&_size=1`);
    expect(counted.body.metadata).toMatchObject({ pagination: { total: 3 } });
    expect(await found(['env=prod'], ADMIN, '&_all_tenants=true')).toEqual([
      ...['f.own', 'w.global', 'w.private', 'w.prod'],
    ]);
  });

  it.each([
    [[rule('env', 'any_of', 'prod', 'dev')], ['w.dev', 'w.global', 'w.private', 'w.prod']],
    [[rule('env', 'any_of', 'prod', 'dev'), rule('env', 'any_of', 'dev', 'test')], ['w.dev']],
    [
      [rule('env', 'any_of', 'prod', 'test'), rule('team', 'any_of', 'pay')],
      ['w.prod', 'w.test'],
    ],
    [[rule('env', 'any_of', 'none')], []],
    [[rule('env', 'not_any_of', 'prod', 'dev')], ['w.none', 'w.test']],
    [[rule('team', 'is_not_null')], ['w.private', 'w.prod', 'w.test']],
    [[rule('env', 'is_null')], ['w.none']],
    [
      [rule('team', 'is_not_null'), rule('env', 'not_any_of', 'test')],
      ['w.private', 'w.prod'],
    ],
    [
      [
        rule('env', 'any_of', 'prod'),
        { key: 'key', operator: 'ends_with', values: ['prod'], type: 'attribute' },
      ],
      ['w.prod'],
    ],
  ])('by rules: %j', async (rules, expected) => {
    const among = { key: 'key', operator: 'starts_with', values: ['w.'], type: 'attribute' };
    const { body } = await call('POST', SEARCH, { filter_rules: [among, ...rules] });
    expect(keysOf(body.items)).toEqual(expected);
    const all = await call('POST', SEARCH, {});
    const { pagination, filtered } = body.metadata as { pagination: { total: number }; filtered: number };
    expect(pagination.total).toBe(expected.length);
    expect(filtered).toBe((all.body.items as Item[]).length - expected.length);
  });

  it('by rules find nothing of what is private to others', async () => {
    const body = { filter_rules: [rule('team', 'any_of', 'own')] };
    expect(keysOf((await call('POST', SEARCH, body, user)).body.items)).toEqual(['w.private']);
    expect((await call('POST', SEARCH, body, other)).body).toMatchObject({ items: [] });
  });

  it.each([
    ['_label=env', 'a name, `=` and a value'],
    ['_label=%3Dprod', 'must not be empty'],
    [`_label=a%3D${'x'.repeat(256)}`, 'at most 255'],
    [Array.from({ length: 17 }, (_, n) => `_label=n${n}%3Dv`).join('&'), 'at most 16'],
  ])('refuse %s', async (query, reason) => {
    const refused = await call('GET', `${V31}?${query}`);
    expect([refused.status, refused.body.message]).toEqual([400, expect.stringContaining(reason)]);
  });

  it.each([
    [rule('env', 'contains', 'x'), '`operator` must be one of'],
    [rule('a=b', 'any_of', 'x'), 'may only hold letters'],
    [rule('env', 'any_of'), '`values` must not be empty'],
    [rule('env', 'is_null', 'x'), '`values` must be empty with is_null'],
    [{ ...rule('env', 'any_of', 'x'), type: 'tag' }, '`type` must be one of'],
  ])('refuse the rule %j', async (wrong, reason) => {
    const refused = await call('POST', SEARCH, { filter_rules: [wrong] });
    expect([refused.status, refused.body.error_code]).toEqual([400, 'invalid_filter_rule']);
    expect(refused.body.err_reason).toContain(reason);
  });
});
