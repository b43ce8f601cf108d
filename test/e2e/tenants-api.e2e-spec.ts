import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UsersService } from '../../src/users/users.service.js';
import { systemCaller } from '../support/callers.js';
import { expectDeleted } from '../support/deleted.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const NO_RABBITMQ = { rabbitmq_username: null, rabbitmq_password: null, rabbitmq_vhost: null };

describe.each(['v3', 'v3.1'])('tenants over /api/%s', (version) => {
  const path = `/api/${version}/tenants`;
  let room: Strongroom;
  beforeAll(async () => {
    room = await Strongroom.start();
  });
  afterAll(() => room.stop());

  const asAdmin = (method: string, rest: string, body?: unknown) =>
    room.call(ADMIN, method, `${path}${rest}`, body);
  const refusedBy = async (answering: ReturnType<typeof asAdmin>) => {
    const { status, body } = await answering;
    return [status, body.error_code];
  };

  async function group(name: string, ...usernames: string[]): Promise<void> {
    const groups = `/api/${version}/user-groups`;
    const made = await room.call(ADMIN, 'POST', groups, { group_name: name, role: 'default' });
    expect(made.status).toBe(201);
    for (const username of usernames) {
      await room.call(ADMIN, 'PUT', `${groups}/users`, { group_name: name, username });
    }
  }

  async function stranger(username: string): Promise<As & { login: string }> {
    await room.user(username, 'password');
    return { login: `${username}:password` };
  }

  async function outcomes(action: string, key: string | null): Promise<string[]> {
    const rows = await room.database.asSuperuser<{ outcome: string; log: string }>(
      `SELECT body::json->>'outcome' AS outcome, log_id::text AS log FROM audit_events
       WHERE body::json->>'action' = $1 AND body::json->>'key' IS NOT DISTINCT FROM $2 ORDER BY at, id`,
      [action, key],
    );
    for (const { log } of rows) expect(log).toBe('00000000-0000-0000-0000-000000000000');
    return rows.map(({ outcome }) => outcome);
  }

  it('tells what is there after the first start', async () => {
    const list = await asAdmin('GET', '');
    expect(list.body).toEqual({
      items: [{ name: 'default_tenant', groups: 0, users: 1, user_roles: null, ...NO_RABBITMQ }],
      metadata: { pagination: { total: 1, size: 1000, offset: 0 } },
    });
    const data = await asAdmin('GET', '?_get_data=True');
    expect(data.body.items).toEqual([
      {
        name: 'default_tenant',
        groups: {},
        users: { admin: { 'tenant-role': 'user', roles: ['user'] } },
        user_roles: { direct: { admin: 'user' }, groups: {} },
        ...NO_RABBITMQ,
      },
    ]);
    expect(await outcomes('tenant.list', null)).toEqual(['ok', 'ok']);
  });

  it('creates a tenant that works, with and without a body', async () => {
    const made = await asAdmin('POST', '/made', { rabbitmq_password: '' });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({ name: 'made', groups: 0, users: 0, user_roles: null, ...NO_RABBITMQ });
    expect((await asAdmin('POST', '/made-bare')).status).toBe(201);
    expect((await room.secret({ ...ADMIN, tenant: 'made' }, 'PUT', 'one', 'x')).status).toBe(200);
    expect(await refusedBy(asAdmin('POST', '/made'))).toEqual([409, 'conflict_error']);
    expect(await outcomes('tenant.create', 'made')).toEqual(['ok', 'conflict']);
  });

  it.each(['users', 'user-groups', '1st', 'a b', 'ä', 'a'.repeat(257)])(
    'refuses the name %s',
    async (name) => {
      const answer = await asAdmin('POST', `/${encodeURIComponent(name)}`);
      expect([answer.status, answer.body.error_code]).toEqual([400, 'bad_parameters_error']);
    },
  );

  it('pages, sorts and searches', async () => {
    for (const name of ['page-a', 'page-b', 'page-c']) await asAdmin('POST', `/${name}`);
    const names = async (query: string) =>
      ((await asAdmin('GET', query)).body.items as { name: string }[]).map(({ name }) => name);
    expect(await names('?_search=PAGE-&_size=2')).toEqual(['page-a', 'page-b']);
    expect(await names('?_search=page-&_size=2&_offset=2')).toEqual(['page-c']);
    expect(await names('?_search=page-&_sort=-name')).toEqual(['page-c', 'page-b', 'page-a']);
    expect((await asAdmin('GET', '?_search=page-&_size=0')).body.metadata).toEqual({
      pagination: { total: 3, size: 0, offset: 0 },
    });
    expect((await asAdmin('GET', '?_sort=rabbitmq_password')).status).toBe(400);
    expect((await asAdmin('GET', '?_get_data=perhaps')).status).toBe(400);
  });

  it('shows others only their own tenants, groups included, and counts', async () => {
    const member = await room.tenant('own-direct', 'viewer');
    await asAdmin('POST', '/own-by-group');
    await group('owners', 'own-direct-viewer');
    await asAdmin('PUT', '/user-groups', {
      tenant_name: 'own-by-group',
      group_name: 'owners',
      role: 'operations',
    });
    const list = await room.call(member, 'GET', path);
    const { items, metadata } = list.body as { items: { name: string }[]; metadata: unknown };
    expect(items.map(({ name }) => name)).toEqual(['own-by-group', 'own-direct']);
    expect(items[0]).toMatchObject({ groups: 1, users: 1, user_roles: null });
    expect(metadata).toEqual({ pagination: { total: 2, size: 1000, offset: 0 } });
    expect((await room.call({ login: member.login }, 'GET', path)).body.items).toHaveLength(2);
    const data = await room.call(member, 'GET', `${path}?_get_data=true`);
    expect([data.status, data.body.error_code]).toEqual([403, 'forbidden_error']);
    expect((await outcomes('tenant.list', null)).at(-1)).toBe('forbidden');
    expect((await room.call(await stranger('nobody-in'), 'GET', path)).body.items).toEqual([]);
  });

  it('reads a tenant by the rights in it, whatever the header names', async () => {
    const manager = await room.tenant('readable', 'manager');
    await room.tenant('other');
    const viewer = await room.member('readable', 'readable-viewer', 'viewer');
    const read = (as: As, name: string) => room.call(as, 'GET', `${path}/${name}`);
    const expected = { name: 'readable', groups: 0, users: 2, user_roles: null, ...NO_RABBITMQ };
    for (const as of [ADMIN, manager, { login: manager.login }, { ...manager, tenant: 'other' }]) {
      expect((await read(as, 'readable')).body).toEqual(expected);
    }
    expect(await outcomes('tenant.read', 'readable')).toEqual(['ok', 'ok', 'ok', 'ok']);
    const unknown = await read(manager, 'no-such');
    const foreign = await read(manager, 'other');
    for (const [answer, name] of [
      [unknown, 'no-such'],
      [foreign, 'other'],
      [await read(viewer, 'readable'), 'readable'],
    ] as const) {
      expect(answer.status).toBe(403);
      expect(answer.body.message).toMatch(new RegExp(`invalid tenant name.*${name}`));
      expect(answer.body.message).toMatch(new RegExp(`tenant_get.*${name}`));
    }
    expect(unknown.body.message).toBe(String(foreign.body.message).replace('other', 'no-such'));
    expect((await read(ADMIN, 'no-such')).body.message).toBe(unknown.body.message);
    expect((await read(ADMIN, '1')).status).toBe(403);
  });

  it('tells members, groups and where roles come from', async () => {
    await room.tenant('full', 'viewer');
    await room.user('indirect', 'password');
    await group('full-group', 'full-viewer', 'indirect');
    await asAdmin('PUT', '/user-groups', { tenant_name: 'full', group_name: 'FULL-group', role: 'manager' });
    expect((await asAdmin('GET', '/full')).body).toMatchObject({ groups: 1, users: 2 });
    expect((await asAdmin('GET', '/full?_get_data=true')).body).toEqual({
      name: 'full',
      groups: { 'full-group': 'manager' },
      users: {
        'full-viewer': { 'tenant-role': 'viewer', roles: ['manager', 'viewer'] },
        indirect: { 'tenant-role': null, roles: ['manager'] },
      },
      user_roles: {
        direct: { 'full-viewer': 'viewer' },
        groups: { 'full-group': { role: 'manager', users: ['full-viewer', 'indirect'] } },
      },
      ...NO_RABBITMQ,
    });
  });

  it('deletes an empty tenant only, and never the default one', async () => {
    const user = await room.tenant('doomed');
    await room.secret(user, 'PUT', 'kept', 'x');
    expect(await refusedBy(asAdmin('DELETE', '/doomed'))).toEqual([409, 'conflict_error']);
    await asAdmin('DELETE', '/users', { tenant_name: 'doomed', username: 'doomed-user' });
    const holding = await asAdmin('DELETE', '/doomed');
    expect([holding.status, holding.body.message]).toEqual([409, expect.stringContaining('secrets')]);
    await room.secret({ ...ADMIN, tenant: 'doomed' }, 'DELETE', 'kept');
    const gone = await asAdmin('DELETE', '/doomed');
    expectDeleted(version, gone, { name: 'doomed', groups: 0, users: 0, user_roles: null, ...NO_RABBITMQ });
    expect((await asAdmin('GET', '/doomed')).status).toBe(403);
    expect((await asAdmin('DELETE', '/doomed')).status).toBe(403);
    expect((await room.secret({ ...ADMIN, tenant: 'doomed' }, 'GET', 'kept')).status).toBe(403);
    expect(await outcomes('tenant.delete', 'doomed')).toEqual(['conflict', 'conflict', 'ok', 'forbidden']);
    expect((await asAdmin('POST', '/doomed')).status).toBe(201);
    const tombs = await room.database.asSuperuser(
      `SELECT t.deleted_at IS NOT NULL AS dead, bool_and(k.retired_at IS NOT NULL) AS retired
       FROM tenants t JOIN tenant_keys k ON k.tenant_id = t.id WHERE t.name = 'doomed' GROUP BY t.id ORDER BY t.id`,
    );
    expect(tombs).toEqual([
      { dead: true, retired: true },
      { dead: false, retired: false },
    ]);
    expect((await room.secret({ ...ADMIN, tenant: 'doomed' }, 'PUT', 'anew', 'x')).status).toBe(200);
    expect(await refusedBy(asAdmin('DELETE', '/default_tenant'))).toEqual([409, 'conflict_error']);
  });

  it('keeps a tenant that a group belongs to', async () => {
    await asAdmin('POST', '/grouped');
    await group('keepers');
    const body = { tenant_name: 'grouped', group_name: 'keepers' };
    await asAdmin('PUT', '/user-groups', { ...body, role: 'user' });
    expect(await refusedBy(asAdmin('DELETE', '/grouped'))).toEqual([409, 'conflict_error']);
    await asAdmin('DELETE', '/user-groups', body);
    expectDeleted(version, await asAdmin('DELETE', '/grouped'), { name: 'grouped' });
  });

  it('lets nobody but administrators change anything', async () => {
    const manager = await room.tenant('ruled', 'manager');
    const membership = { tenant_name: 'ruled', username: 'admin', group_name: 'any', role: 'user' };
    for (const [method, rest] of [
      ['POST', '/new-by-manager'],
      ['DELETE', '/ruled'],
      ...['PUT', 'PATCH', 'DELETE'].flatMap((verb) => [
        [verb, '/users'],
        [verb, '/user-groups'],
      ]),
    ] as [string, string][]) {
      const answer = await room.call(manager, method, `${path}${rest}`, membership);
      expect([answer.status, answer.body.error_code]).toEqual([403, 'forbidden_error']);
      expect((await room.call({}, method, `${path}${rest}`, membership)).status).toBe(401);
    }
    expect(await outcomes('tenant.create', 'new-by-manager')).toEqual(['forbidden']);
  });

  it('lets an administrator through a group see and do everything', async () => {
    const users = room.service.app.get(UsersService);
    const profile = { username: 'deputy', password: 'password', systemRole: 'default' } as const;
    await users.create(profile, systemCaller());
    const deputy = { login: 'deputy:password' };
    await group('deputies', 'deputy');
    const groups = `/api/${version}/user-groups/deputies`;
    expect((await room.call(deputy, 'POST', `${path}/by-deputy`)).status).toBe(403);
    await room.call(ADMIN, 'POST', groups, { role: 'sys_admin' });
    expect((await room.call(deputy, 'POST', `${path}/by-deputy`)).status).toBe(201);
    expect(
      (await room.call(deputy, 'GET', `${path}?_get_data=true&_search=by-deputy`)).body.items,
    ).toHaveLength(1);
    await room.call(ADMIN, 'POST', groups, { role: 'default' });
    expect((await room.call(deputy, 'DELETE', `${path}/by-deputy`)).status).toBe(403);
  });

  it('stores nothing in a tenant that is deleted at the same moment', async () => {
    for (let round = 0; round < 15; round += 1) {
      const name = `fleeting-${round}`;
      expect((await room.call(ADMIN, 'POST', `/api/v3.1/tenants/${name}`)).status).toBe(201);
      const writing = room.call({ ...ADMIN, tenant: name }, 'PUT', '/api/v3.1/secrets/late', { value: 'x' });
      const deleting = room.call({ ...ADMIN, tenant: name }, 'DELETE', `/api/v3.1/tenants/${name}`);
      const [written, deleted] = [(await writing).status, (await deleting).status];
      expect([
        [200, 409],
        [403, 204],
      ]).toContainEqual([written, deleted]);
    }
  });
});
