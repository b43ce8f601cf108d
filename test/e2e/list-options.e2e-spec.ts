import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const VERSIONS = ['/api/v3/secrets', '/api/v3.1/secrets'];
const KEYS = ['beta', 'Alpha', 'gamma_1', 'gamma~1', 'delta.Password'];

describe.each(VERSIONS)('the list at %s', (path) => {
  let room: Strongroom;
  let tenant: As;
  beforeAll(async () => {
    room = await Strongroom.start();
    tenant = await room.tenant('listed', 'manager');
    await room.secret(ADMIN, 'PUT', 'elsewhere', 'x');
    for (const key of KEYS) await room.secret(tenant, 'PUT', key, 'x');
    await room.call(tenant, 'PATCH', '/api/v3.1/secrets/beta', { is_hidden_value: true });
    const other = await room.member('listed', 'another', 'user');
    await room.call(other, 'PUT', '/api/v3.1/secrets/zeta', { value: 'x', visibility: 'private' });
  });
  afterAll(() => room.stop());

  const list = (query: string) => room.call(tenant, 'GET', `${path}?${query}`);
  const keys = async (query: string): Promise<string[]> => {
    const { status, body } = await list(query);
    expect(status).toBe(200);
    const items = body.items as { key: string }[];
    if (!query.includes('_size')) expect(body).toHaveProperty('metadata.pagination.total', items.length);
    return items.map(({ key }) => key);
  };

  it.each([
    ['', [...KEYS, 'zeta']],
    ['_sort=key', ['Alpha', 'beta', 'delta.Password', 'gamma_1', 'gamma~1', 'zeta']],
    ['_sort=%2Bkey', ['Alpha', 'beta', 'delta.Password', 'gamma_1', 'gamma~1', 'zeta']],
    ['_sort=-key', ['zeta', 'gamma~1', 'gamma_1', 'delta.Password', 'beta', 'Alpha']],
    ['_sort=-created_at', ['zeta', ...KEYS.toReversed()]],
    ['_sort=-is_hidden_value&_sort=key&_size=2', ['beta', 'Alpha']],
    ['_sort=key&_size=2&_offset=3', ['gamma_1', 'gamma~1']],
    ['_sort=updated_at&_size=1&_offset=4', ['beta']],
    ['key=beta', ['beta']],
    ['key=beta&key=Alpha&key=no-such', ['beta', 'Alpha']],
    ['key=ALPHA', []],
    ['visibility=private', ['zeta']],
    ['visibility=private&visibility=tenant&key=beta', ['beta']],
    ['is_hidden_value=True', ['beta']],
    ['resource_availability=private', ['zeta']],
    ['private_resource=True', ['zeta']],
    ['created_at=2017-03-20T08:23:31.276Z&updated_at=x', []],
    ['_sort=created_by&_sort=-key', ['zeta', 'gamma~1', 'gamma_1', 'delta.Password', 'beta', 'Alpha']],
    ['_sort=-created_by&_size=1', ['beta']],
    ['_sort=tenant_name&_sort=visibility&_size=1', ['zeta']],
    ['_search=gamma&_size=1&_offset=1', ['gamma~1']],
    ['_search=gamma&visibility=private', []],
    ['_search=ZETA&created_by=another', ['zeta']],
    ['created_by=another', ['zeta']],
    ['tenant_name=listed&created_by=nobody', []],
    ['tenant_name=default_tenant', []],
    ['_search=PASS', ['delta.Password']],
    ['_search=a_1', ['gamma_1']],
    ['_search=%25', []],
    ['_search=%5C', []],
    ['_search=', [...KEYS, 'zeta']],
    ['_search=%EF%BD%81lph', ['Alpha']],
    ['_search=a&_sort=-key&_size=1', ['zeta']],
    ['_get_all_results=true&_size=1', [...KEYS, 'zeta']],
    ['_all_tenants=False&_offset=0&_size=1000&_sort=key&_search=alpha', ['Alpha']],
  ])('gives for %j what is asked for', async (query, expected) => {
    expect(await keys(query)).toEqual(expected);
  });

  it.each([
    [
      'visibility=tennant&visibility=private',
      /^`visibility` must be one of private, tenant, global; did you mean/,
      ['zeta'],
    ],
    ['resource_availability=x', /^`resource_availability` must be one of private, tenant, global$/, []],
    ['is_hidden_value=maybe', /^`is_hidden_value` must be one of true, false$/, []],
    ['private_resource=', /^`private_resource` must be one of true, false$/, []],
  ])('refuses %j under v3.1, and finds nothing by it under v3', async (query, message, found) => {
    if (path.includes('v3.1')) {
      const { status, body } = await list(query);
      expect([status, body]).toEqual([
        400,
        expect.objectContaining({
          error_code: 'bad_parameters_error',
          message: expect.stringMatching(message),
        }),
      ]);
    } else expect(await keys(query)).toEqual(found);
  });

  it.each(['_include=key,created_by', '_include=key&_include=created_by'])(
    'gives for %s these fields only',
    async (query) => {
      const { body } = await list(`${query}&key=beta`);
      expect(body.items).toEqual([{ key: 'beta', created_by: 'listed-manager' }]);
    },
  );

  it.each([
    ['_include=value', 'no_such_include_field_error'],
    ['_include=key,__proto__', 'no_such_include_field_error'],
    ['_sort=value', 'bad_parameters_error'],
    ['_sort=', 'bad_parameters_error'],
    ['_sort=key%3B%20DROP%20TABLE%20secrets', 'bad_parameters_error'],
    ['value=x', 'bad_parameters_error'],
    ['constructor=x', 'bad_parameters_error'],
    ['_search=a&_search=b', 'bad_parameters_error'],
    [`_search=${'a'.repeat(257)}`, 'bad_parameters_error'],
    ['_get_all_results=perhaps', 'bad_parameters_error'],
    ['_all_tenants=perhaps', 'bad_parameters_error'],
    ['schema=x', 'bad_parameters_error'],
    ['_after=x', 'bad_parameters_error'],
    [`_after=${'a'.repeat(513)}`, 'bad_parameters_error'],
    ['_after=&_sort=updated_at', 'bad_parameters_error'],
    ['_after=&_sort=key&_sort=created_at', 'bad_parameters_error'],
    ['_after=&_offset=1', 'bad_parameters_error'],
    ['_after=&_get_all_results=true', 'bad_parameters_error'],
    ['_after=&_after=', 'bad_parameters_error'],
  ])('refuses %j', async (query, code) => {
    const { status, body } = await list(query);
    expect([status, body.error_code]).toEqual([400, code]);
  });
});
