import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom } from '../support/strongroom.js';

const PAGE_BYTES = 8 * 1024 * 1024;

describe('the bounds of lists with the names of all members', () => {
  let room: Strongroom;
  beforeAll(async () => {
    room = await Strongroom.start();
    await room.database.asSuperuser(
      `WITH member AS (
         INSERT INTO users (id, username, password_hash)
         SELECT gen_random_uuid(), rpad('member-' || n || '-', 250, 'x'), '' FROM generate_series(1, 10000) n RETURNING id
       ), crowd AS (
         INSERT INTO user_groups (id, name) SELECT gen_random_uuid(), 'crowd-' || n FROM generate_series(1, 2) n
         RETURNING id, name
       ), joined AS (
         INSERT INTO user_group_members (group_id, user_id) SELECT c.id, m.id FROM crowd c, member m
       ), tenant AS (
         INSERT INTO tenants (id, name) SELECT gen_random_uuid(), 'tenant-' || n FROM generate_series(1, 6) n
         UNION ALL SELECT gen_random_uuid(), 'too-large' RETURNING id, name
       )
       INSERT INTO tenant_user_groups (tenant_id, group_id, role)
       SELECT t.id, c.id, 'user' FROM tenant t, crowd c WHERE c.name = 'crowd-1' OR t.name = 'too-large'`,
    );
  });
  afterAll(() => room.stop());

  const get = async (path: string) => {
    const { status, body, text } = await room.call(ADMIN, 'GET', `/api/v3.1/${path}`);
    const names = ((body.items ?? []) as { name: string }[]).map(({ name }) => name);
    return { status, body, names, bytes: Buffer.byteLength(text) };
  };

  it('a page of tenants ends early, and those who go on by what they got get the rest', async () => {
    const names: string[] = [];
    while (names.length < 7) {
      const page = await get(`tenants?_get_data=true&_offset=${names.length}`);
      expect(page.status).toBe(200);
      expect(page.bytes).toBeLessThanOrEqual(PAGE_BYTES);
      expect(page.body.metadata).toEqual({ pagination: { total: 8, size: 1000, offset: names.length } });
      expect(page.names).not.toHaveLength(0);
      names.push(...page.names);
    }
    expect(names).toEqual(['default_tenant', ...[1, 2, 3, 4, 5, 6].map((n) => `tenant-${n}`)]);
  });

  it.each([
    ['tenants?_get_data=true&_offset=7', /without `_get_data`/],
    ['tenants?_get_data=true&_get_all_results=true', /32 MiB.*`_size` and `_offset`/],
  ])('%s is refused with advice', async (path, advice) => {
    const { status, body } = await get(path);
    expect([status, body.error_code]).toEqual([400, 'too_costly']);
    expect(body.message).toMatch(advice);
  });

  it.each([
    'tenants?_get_all_results=true',
    'user-groups?_get_data=true',
    'tenants/too-large?_get_data=true',
  ])('%s is small enough', async (path) => {
    expect((await get(path)).status).toBe(200);
  });

  it('users are listed with the weight of their roles', async () => {
    const { status, body } = await get('users?_size=1000&_get_data=true&_include=username');
    expect([status, (body.items as object[]).length]).toEqual([200, 1000]);
    await room.database.asSuperuser(
      `WITH tenant AS (
         INSERT INTO tenants (id, name) SELECT gen_random_uuid(), rpad('t' || n, 250, 'x') FROM generate_series(1, 100) n
         RETURNING id
       )
       INSERT INTO tenant_user_groups (tenant_id, group_id, role)
       SELECT t.id, g.id, 'user' FROM tenant t, user_groups g WHERE g.name = 'crowd-1'`,
    );
    const page = await get('users?_size=1000&_get_data=true');
    expect(page.status).toBe(200);
    expect((page.body.items as object[]).length).toBeLessThan(1_000);
    expect((page.body.items as object[]).length).toBeGreaterThan(50);
    expect(page.bytes).toBeLessThanOrEqual(PAGE_BYTES);
    expect((await get('users?_get_all_results=true&_get_data=true')).body.error_code).toBe('too_costly');
  });
});
