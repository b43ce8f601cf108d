import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

/** Lists as `anna`, who is a manager of tenant `one`, a viewer in `two`, and no member of `three`. */
describe.each(['/api/v3/secrets', '/api/v3.1/secrets'])('a list over all tenants at %s', (path) => {
  let room: Strongroom;
  let anna: As & { tenant: string };
  beforeAll(async () => {
    room = await Strongroom.start();
    anna = await room.tenant('one', 'manager');
    for (const name of ['one', 'two', 'three']) {
      const creator =
        name === 'one' ? await room.member(name, 'user-of-one', 'user') : await room.tenant(name);
      for (const visibility of ['private', 'tenant']) {
        const key = `${name}.${visibility}`;
        await room.call(creator, 'PUT', `/api/v3.1/secrets/${key}`, { value: 'x', visibility });
      }
      await room.secret(creator, 'PUT', 'in-each', 'x');
    }
    await room.join('one-manager', 'two', 'viewer');
    await room.call({ ...ADMIN, tenant: 'three' }, 'PUT', '/api/v3.1/secrets/three.global', {
      value: 'x',
      visibility: 'global',
    });
  });
  afterAll(() => room.stop());

  const all = async (as: As, query = ''): Promise<{ keys: string[]; total: unknown }> => {
    const { status, body } = await room.call(as, 'GET', `${path}?_all_tenants=true${query}`);
    expect(status).toBe(200);
    const items = body.items as { key: string; tenant_name: string }[];
    return {
      keys: items.map(({ key, tenant_name }) => `${tenant_name}/${key}`),
      total: (body.metadata as { pagination: { total?: number } }).pagination.total,
    };
  };

  const OF_ANNA = [
    ...['one/one.private', 'one/one.tenant', 'one/in-each'],
    ...['two/two.tenant', 'two/in-each', 'three/three.global'],
  ];

  it('has of each tenant what the caller sees by the role there, and counts nothing else', async () => {
    expect(await all(anna)).toEqual({ keys: OF_ANNA, total: OF_ANNA.length });
    expect(await all({ ...anna, tenant: 'two' })).toEqual({ keys: OF_ANNA, total: OF_ANNA.length });
  });

  it('needs the right in the tenant that the request names', async () => {
    for (const tenant of ['three', 'no-such']) {
      const { status, body } = await room.call({ ...anna, tenant }, 'GET', `${path}?_all_tenants=true`);
      expect([status, body.error_code]).toEqual([403, 'forbidden_error']);
    }
  });

  it('is everything for an administrator, who need not name a tenant', async () => {
    for (const as of [ADMIN, { login: ADMIN.login ?? '' }]) {
      const { keys, total } = await all(as);
      expect(keys).toHaveLength(10);
      expect(total).toBe(10);
    }
    const { login = '' } = ADMIN;
    for (const query of ['', '?_all_tenants=false', '?_all_tenants=perhaps']) {
      expect((await room.call({ login }, 'GET', path + query)).status).toBe(403);
    }
    expect((await room.call({ login, tenant: '' }, 'GET', `${path}?_all_tenants=true`)).status).toBe(403);
    const { login: hers = '' } = anna as { login?: string };
    expect((await room.call({ login: hers }, 'GET', `${path}?_all_tenants=true`)).status).toBe(403);
  });

  it.each([
    ['&_search=IN-EA', ['one/in-each', 'two/in-each']],
    ['&_search=global', ['three/three.global']],
    ['&_sort=-tenant_name&_sort=key&_size=2', ['two/in-each', 'two/two.tenant']],
    ['&tenant_name=two&_sort=key', ['two/in-each', 'two/two.tenant']],
    ['&_sort=key&_size=2', ['one/in-each', 'two/in-each']],
    ['&visibility=private', ['one/one.private']],
    ['&key=three.tenant', []],
    ['&_size=2&_offset=4', ['two/in-each', 'three/three.global']],
  ])('can be narrowed, sorted and cut: %s', async (query, expected) => {
    const { keys } = await all(anna, query);
    if (query.startsWith('&_sort=key')) expect(keys.toSorted()).toEqual(expected);
    else expect(keys).toEqual(expected);
  });

  it('comes in pages by cursor, each secret once', async () => {
    for (const sort of ['', '&_sort=key', '&_sort=-key', '&_sort=-created_at']) {
      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const address: string = `${path}?_all_tenants=true&_size=2${sort}&_after=${cursor}`;
        const { body } = await room.call(anna, 'GET', address);
        const metadata = body.metadata as { pagination: object; next: string | null };
        expect(metadata.pagination).toEqual({ size: 2 });
        seen.push(
          ...(body.items as { key: string; tenant_name: string }[]).map(
            (item) => `${item.tenant_name}/${item.key}`,
          ),
        );
        cursor = metadata.next;
      }
      expect(seen.toSorted()).toEqual(OF_ANNA.toSorted());
    }
  });

  it('is on record in the log of every tenant that it looked into', async () => {
    const requestId = `all-${path.length}`;
    await room.call(anna, 'GET', `${path}?_all_tenants=true`, undefined, { 'X-Request-Id': requestId });
    const rows = await room.database.asSuperuser<{ name: string; body: string }>(
      `SELECT t.name, e.body FROM audit_events e JOIN tenants t ON t.id = e.log_id
       WHERE e.body::json->'caller'->>'request_id' = $1 ORDER BY 1`,
      [requestId],
    );
    expect(rows.map(({ name }) => name)).toEqual(['one', 'two']);
    for (const { body } of rows) {
      expect(JSON.parse(body)).toMatchObject({ action: 'secret.list', detail: { all_tenants: 'true' } });
    }
  });
});

describe('a list over three thousand tenants', () => {
  let room: Strongroom;
  beforeAll(async () => {
    room = await Strongroom.start();
    await room.secret(ADMIN, 'PUT', 'first', 'x');
    await room.database.asSuperuser(
      "INSERT INTO tenants (id, name) SELECT gen_random_uuid(), 'tenant-' || n FROM generate_series(1, 3000) n",
    );
    await room.database.asSuperuser(`
      INSERT INTO tenant_keys (tenant_id, generation, wrapped, root_key_id)
      SELECT t.id, k.generation, k.wrapped, k.root_key_id FROM tenants t, tenant_keys k WHERE t.name LIKE 'tenant-%'`);
    await room.database.asSuperuser(`
      INSERT INTO secrets (tenant_id, id, key, value, key_generation, version_created_by, created_by)
      SELECT t.id, gen_random_uuid(), 'key-' || n, s.value, 1, s.created_by, s.created_by
      FROM tenants t, generate_series(1, 10) n, secrets s WHERE t.name LIKE 'tenant-%'`);
  });
  afterAll(() => room.stop());

  it.each(['', '&_sort=updated_at', '&_sort=key', '&_search=key', '&_search=key-7', '&_after='])(
    'comes within the time of a statement with %j',
    async (query) => {
      const path = `/api/v3.1/secrets?_all_tenants=true&_size=10${query}`;
      const { status, body } = await room.call(ADMIN, 'GET', path);
      expect([status, (body.items as unknown[]).length]).toEqual([200, 10]);
    },
  );
});
