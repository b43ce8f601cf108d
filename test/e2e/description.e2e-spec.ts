import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom } from '../support/strongroom.js';

const V3 = '/api/v3/secrets';
const V31 = '/api/v3.1/secrets';
const TEXT = 'The login of the billing service.\n\tAsk team "payments" — 100 % theirs \u{1F511}';

interface Item {
  key: string;
  description?: string | null;
}

describe('the description of a secret', () => {
  let room: Strongroom;
  const call = (method: string, path: string, body?: unknown) => room.call(ADMIN, method, path, body);
  const put = (key: string, description?: unknown) =>
    call('PUT', `${V31}/${key}`, { value: 'v', description });
  const described = async (key: string) => (await call('GET', `${V31}/${key}`)).body.description;
  const keysOf = (items: unknown) => (items as Item[]).map(({ key }) => key).sort();
  beforeAll(async () => {
    room = await Strongroom.start();
  });
  afterAll(() => room.stop());

  it('is set by PUT, changed and cleared by PATCH, and given by GET and lists', async () => {
    expect((await put('set', TEXT)).body.description).toBe(TEXT);
    expect(await described('set')).toBe(TEXT);
    const patched = await call('PATCH', `${V31}/set`, { description: 'changed' });
    expect([patched.status, patched.body.description]).toEqual([200, 'changed']);
    expect((await call('PATCH', `${V31}/set`, { value: 'w' })).body.description).toBe('changed');
    const list = await call('GET', `${V31}?key=set`);
    expect(list.body.items).toMatchObject([{ key: 'set', description: 'changed' }]);
    expect((await call('GET', `${V31}?key=set&_include=description`)).body.items).toEqual([
      { description: 'changed' },
    ]);
    expect((await call('PATCH', `${V31}/set`, { description: null })).body.description).toBeNull();
    expect(await described('set')).toBeNull();
  });

  it('is null where none was given, and makes no version of the value', async () => {
    await put('versions');
    expect(await described('versions')).toBeNull();
    await call('PATCH', `${V31}/versions`, { description: 'one' });
    const [row] = await room.database.asSuperuser(
      `SELECT version, revision FROM secrets WHERE key = 'versions'`,
    );
    expect(row).toEqual({ version: 1, revision: 2 });
  });

  it('is unknown under v3, which ignores it and shows it nowhere', async () => {
    const body = { value: 'v', description: { not: 'even a text' } };
    const made = await call('PUT', `${V3}/old`, body);
    expect([made.status, made.body.description]).toEqual([200, undefined]);
    expect((await call('PATCH', `${V3}/old`, { description: 'x' })).status).toBe(400);
    expect(await described('old')).toBeNull();
    expect((await call('GET', `${V3}?key=old&_include=description`)).status).toBe(400);
    expect((await call('GET', `${V3}?_search=old&_search_in=description`)).status).toBe(400);
    expect((await call('GET', `${V3}?_search=old&_search_in=key`)).status).toBe(200);
  });

  it.each([
    ['a number', 1, /must be a string, or null/],
    ['an object', {}, /must be a string, or null/],
    ['more than 1,024 characters', 'x'.repeat(1_025), /at most 1024 characters/],
    ['a carriage return', 'a\rb', /no control characters/],
    ['NUL', 'a\u0000b', /U\+0000|no control characters/],
    ['DEL', 'a\u007fb', /no control characters/],
    ['a C1 control character', 'a\u0085b', /no control characters/],
  ])('cannot be %s', async (_what, description, reason) => {
    const refused = await put('refused', description);
    expect([refused.status, refused.body.error_code]).toEqual([400, 'bad_parameters_error']);
    expect(refused.body.message).toMatch(reason);
    expect((await call('GET', `${V31}/refused`)).status).toBe(404);
    const row = { key: 'refused', value: 'v', tenant_name: 'default_tenant', visibility: 'tenant' };
    const imported = await call('POST', `${V31}/share/import`, {
      secrets_list: [{ ...row, is_hidden_value: false, encrypted: false, description }],
      override_collisions: false,
    });
    expect(imported.body.secrets_errors).toEqual({ 0: { description: expect.stringMatching(reason) } });
  });

  it('may have 1,024 characters of any plane', async () => {
    const longest = '\u{1F511}'.repeat(1_024);
    expect((await put('longest', longest)).status).toBe(200);
    expect(await described('longest')).toBe(longest);
  });

  it('is found by a search that names it, and only then', async () => {
    await put('found-1', 'Rotated by hand');
    await put('found-2', 'nothing of that');
    await put('by-hand');
    const search = async (query: string) =>
      keysOf((await call('GET', `${V31}?_search=BY%20HAND${query}`)).body.items);
    expect(await search('')).toEqual([]);
    expect(await search('&_search_in=key')).toEqual([]);
    expect(await search('&_search_in=description')).toEqual(['found-1']);
    const both = await call('GET', `${V31}?_search=by-hand&_search_in=key,description`);
    expect(keysOf(both.body.items)).toEqual(['by-hand']);
    const unknown = await call('GET', `${V31}?_search=x&_search_in=value`);
    expect([unknown.status, unknown.body.message]).toEqual([
      400,
      expect.stringMatching(/_search_in.*value.*key, description/),
    ]);
  });

  it('is found by rules', async () => {
    await put('ruled-1', 'owned by Team A');
    await put('ruled-2', 'owned by Team B');
    const found = async (operator: string, values: string[]) => {
      const rules = [
        { key: 'key', operator: 'starts_with', values: ['ruled-'], type: 'attribute' },
        { key: 'description', operator, values, type: 'attribute' },
      ];
      const answer = await call('POST', '/api/v3.1/searches/secrets', { filter_rules: rules });
      return keysOf(answer.body.items);
    };
    expect(await found('contains', ['Team A', 'Team C'])).toEqual(['ruled-1']);
    expect(await found('ends_with', ['team b'])).toEqual(['ruled-2']);
    expect(await found('not_any_of', ['owned by Team A'])).toEqual(['ruled-2']);
    expect(await found('is_not_empty', [])).toEqual(['ruled-1', 'ruled-2']);
  });

  it('goes with an export and comes back with an import, also over an existing secret', async () => {
    await put('moved', TEXT);
    await put('bare');
    const query = 'key=moved&key=bare&_include_metadata=true';
    const exported = (await call('GET', `${V31}/share/export?${query}`)).body as unknown as Item[];
    expect(exported.map(({ key, description }) => [key, description])).toEqual([
      ['bare', undefined],
      ['moved', TEXT],
    ]);
    const imported = (row: object) =>
      call('POST', `${V31}/share/import`, { secrets_list: [row], override_collisions: true });
    const [, moved] = exported;
    await call('DELETE', `${V31}/moved`);
    expect((await imported(moved!)).body.secrets_errors).toEqual({});
    expect(await described('moved')).toBe(TEXT);
    const { description: _left, ...without } = moved!;
    await imported(without);
    expect(await described('moved')).toBe(TEXT);
    await imported({ ...moved, description: null });
    expect(await described('moved')).toBeNull();
  });

  it('stands in the database in clear, as it is documented', async () => {
    await put('clear', 'not a secret');
    const [row] = await room.database.asSuperuser(`SELECT description FROM secrets WHERE key = 'clear'`);
    expect(row).toEqual({ description: 'not a secret' });
  });
});
