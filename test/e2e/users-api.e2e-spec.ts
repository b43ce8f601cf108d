import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectDeleted } from '../support/deleted.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const SHAPE = {
  tenants: 0,
  tenant_roles: null,
  groups: 0,
  group_system_roles: {},
  active: true,
  first_login_at: null,
  last_login_at: null,
  is_locked: false,
  show_getting_started: true,
  password_hash: null,
};

describe.each(['v3', 'v3.1'])('users under /api/%s', (version) => {
  let room: Strongroom;
  let manager: As & { login: string };
  beforeAll(async () => {
    room = await Strongroom.start();
    manager = await room.member('default_tenant', 'mona', 'manager');
  });
  afterAll(() => room.stop());

  const roles = version === 'v3' ? { admin: 'admin', user: 'user' } : { admin: 'sys_admin', user: 'default' };
  const call = (method: string, path: string, body?: unknown, as: As = ADMIN) =>
    room.call(as, method, `/api/${version}/${path}`, body);
  const create = (username: string, fields: object = {}) =>
    call('PUT', 'users', { username, password: 'password', ...fields });
  const login = async (username: string, password: string) =>
    (await call('GET', 'user', undefined, { login: `${username}:${password}` })).status;
  const lastEvent = async () => {
    const [event] = await room.database.asSuperuser<{ body: string }>(
      `SELECT body FROM audit_events WHERE log_id = '00000000-0000-0000-0000-000000000000' ORDER BY at DESC, id DESC LIMIT 1`,
    );
    return JSON.parse(event?.body ?? '{}') as Record<string, unknown>;
  };

  describe('made', () => {
    it('answers 201 with the user, who can log in', async () => {
      const { status, body } = await create('bob');
      expect(status).toBe(201);
      expect(body).toEqual({ ...SHAPE, username: 'bob', role: roles.user, created_at: body.created_at });
      expect(await lastEvent()).toMatchObject({ action: 'user.create', key: 'bob', outcome: 'ok' });
      expect(await login('bob', 'password')).toBe(200);
    });

    it('takes a role and times', async () => {
      const times = {
        created_at: '2020-01-02T03:04:05.678Z',
        first_login_at: '2020-02-02 03:04',
        last_login_at: null,
      };
      const { body } = await create('old', { role: 'sys_admin', is_prehashed: false, ...times });
      expect(body).toMatchObject({
        role: roles.admin,
        created_at: '2020-01-02T03:04:05.678Z',
        first_login_at: '2020-02-02T03:04:00.000Z',
        last_login_at: null,
      });
      expect((await create('old2', { role: 'admin' })).status).toBe(version === 'v3' ? 201 : 400);
    });

    it.each([
      {},
      { username: 'x' },
      { password: 'password' },
      { username: '1x', password: 'password' },
      { username: 'x/y', password: 'password' },
      { username: 5, password: 'password' },
      { username: 'short', password: '1234' },
      { username: 'long', password: 'x'.repeat(257) },
      { username: 'roled', password: 'password', role: 'manager' },
      { username: 'hashed', password: 'password', is_prehashed: true },
      { username: 'hashed', password: 'password', is_prehashed: 'True' },
      { username: 'timed', password: 'password', created_at: 'yesterday' },
      { username: 'timed', password: 'password', created_at: '2020-13-45T00:00:00Z' },
    ])('refuses %j', async (body) => {
      const answer = await call('PUT', 'users', body);
      expect([answer.status, answer.body.error_code]).toEqual([400, 'bad_parameters_error']);
    });

    it('refuses a name that is taken, in any case', async () => {
      await create('taken');
      const answer = await create('TAKEN');
      expect([answer.status, answer.body.error_code]).toEqual([409, 'conflict_error']);
      expect(await lastEvent()).toMatchObject({ action: 'user.create', outcome: 'conflict' });
    });
  });

  describe('shown', () => {
    it('with counts, or with names and roles, direct and through groups', async () => {
      await room.member('default_tenant', 'gina', 'viewer');
      await room.database.asSuperuser(`
        WITH g AS (INSERT INTO user_groups (id, name) VALUES (gen_random_uuid(), 'ops') RETURNING id),
             m AS (INSERT INTO user_group_members SELECT g.id, u.id FROM g, users u WHERE u.username = 'gina')
        INSERT INTO tenant_user_groups SELECT t.id, g.id, 'operations' FROM g, tenants t`);
      const counts = (await call('GET', 'users/GINA')).body;
      expect(counts).toMatchObject({ username: 'gina', tenants: 1, groups: 1, tenant_roles: null });
      const data = {
        tenants: { default_tenant: { 'tenant-role': 'viewer', roles: ['operations', 'viewer'] } },
        groups: ['ops'],
        tenant_roles: {
          direct: { default_tenant: 'viewer' },
          groups: { default_tenant: { operations: ['ops'] } },
        },
        group_system_roles: { [roles.user]: ['ops'] },
      };
      expect((await call('GET', 'users/gina?_get_data=True')).body).toMatchObject(data);
      const self = { login: 'gina:password-of-gina' };
      expect((await call('GET', 'user?_get_data=true', undefined, self)).body).toMatchObject(data);
      const list = await call('GET', 'users?_get_data=True&_search=INA&_include_hash=True');
      expect(list.body.items).toMatchObject([{ ...data, password_hash: null }]);
    });

    it('in pages, sorted', async () => {
      await create('aaa');
      const page = (await call('GET', 'users?_get_data=False&_offset=0&_size=2&_sort=username')).body as {
        items: { username: string }[];
        metadata: { pagination: { total: number } };
      };
      expect(page.items.map(({ username }) => username)).toEqual(['aaa', 'admin']);
      const { total } = page.metadata.pagination;
      const down = (await call('GET', 'users?_sort=-username')).body as typeof page;
      expect(down.items).toHaveLength(total);
      expect(down.items.at(-1)?.username).toBe('aaa');
      expect((await call('GET', 'users?_size=0')).body).toMatchObject({ items: [] });
      for (const query of ['_sort=password_hash', '_size=x', '_get_data=maybe', 'password_hash=x'])
        expect([query, (await call('GET', `users?${query}`)).status]).toEqual([query, 400]);
    });

    it('or not, when there is none', async () => {
      for (const name of ['nobody', '1', '%20'])
        expect((await call('GET', `users/${name}`)).body.error_code).toBe('not_found_error');
    });
  });

  describe('changed', () => {
    const change = (name: string, body: unknown, as?: As) => call('POST', `users/${name}`, body, as);

    it('by an administrator: password, role and flag', async () => {
      await create('carl');
      expect((await change('carl', { password: 'another-one' })).status).toBe(200);
      expect([await login('carl', 'password'), await login('carl', 'another-one')]).toEqual([401, 200]);
      expect((await change('carl', { role: roles.admin })).body.role).toBe(roles.admin);
      expect((await change('carl', { role: 'default' })).body.role).toBe(roles.user);
      expect((await change('carl', { show_getting_started: false })).body.show_getting_started).toBe(false);
    });

    it('one’s own password by everybody, and nothing else', async () => {
      await create('dora');
      const dora = { login: 'dora:password' };
      for (const body of [{ role: 'sys_admin' }, { show_getting_started: false }]) {
        expect((await change('dora', body, dora)).status).toBe(403);
        expect(await lastEvent()).toMatchObject({ key: 'dora', outcome: 'forbidden' });
      }
      expect((await change('admin', { password: 'stolen-one' }, dora)).status).toBe(403);
      expect(await lastEvent()).toMatchObject({ action: 'user.update', key: 'admin', outcome: 'forbidden' });
      expect((await change('DORA', { password: 'renewed-one' }, dora)).status).toBe(200);
      expect(await lastEvent()).toMatchObject({ action: 'user.set_password', outcome: 'ok' });
      expect([await login('dora', 'password'), await login('dora', 'renewed-one')]).toEqual([401, 200]);
    });

    it.each([
      {},
      { password: 'password', role: 'default' },
      { password: null },
      { password: '1234' },
      { password: 'password', is_prehashed: true },
      { role: 'viewer' },
      { role: 5 },
      { show_getting_started: 'perhaps' },
    ])('refuses %j', async (body) => {
      expect((await change('mona', body)).body.error_code).toBe('bad_parameters_error');
      expect((await change('mona', body, manager)).status).toBe(400);
    });

    it('or not, when there is none', async () => {
      for (const body of [{ password: 'password' }, { role: 'default' }, { show_getting_started: true }])
        expect((await change('nobody', body)).status).toBe(404);
    });
  });

  describe('activated, unlocked and deleted', () => {
    it('once each way', async () => {
      await create('emil');
      const set = (action: unknown, name = 'emil') => call('POST', `users/active/${name}`, { action });
      expect((await set('activate')).status).toBe(409);
      expect((await set('deactivate')).body).toMatchObject({ username: 'emil', active: false });
      expect(await login('emil', 'password')).toBe(401);
      expect((await set('activate')).body.active).toBe(true);
      expect(await login('emil', 'password')).toBe(200);
      expect([(await set(undefined)).status, (await set('activate', 'nobody')).status]).toEqual([400, 404]);
    });

    it('only by the two actions, and by nothing that looks like them', async () => {
      await create('erik');
      for (const action of [
        'activated',
        'Activate',
        'DEACTIVATE',
        'deactivate ',
        'off',
        '',
        true,
        null,
        [],
      ]) {
        const { status, body } = await call('POST', 'users/active/erik', { action });
        expect([action, status, body.error_code]).toEqual([action, 400, 'bad_parameters_error']);
        expect(body.message).toMatch(/^`action` must be one of activate, deactivate/);
      }
      expect((await call('GET', 'users/erik')).body.active).toBe(true);
    });

    it('unlocked when locked', async () => {
      await create('fred');
      const unlock = (name = 'fred') => call('POST', `users/unlock/${name}`);
      expect([(await unlock()).status, (await unlock('nobody')).status]).toEqual([409, 404]);
      for (let guess = 0; guess < 5; guess += 1) expect(await login('fred', `wrong-${guess}`)).toBe(401);
      expect((await call('GET', 'users/fred')).body.is_locked).toBe(true);
      expect(await login('fred', 'password')).toBe(401);
      expect((await unlock()).body).toMatchObject({ username: 'fred', is_locked: false });
      expect(await login('fred', 'password')).toBe(200);
    });

    it('unlocked when the name is closed to unknown addresses', async () => {
      await create('hans');
      await login('hans', 'wrong');
      await room.database.asSuperuser("UPDATE login_failures SET failures = 30 WHERE source = '*'");
      expect((await call('GET', 'users/hans')).body.is_locked).toBe(true);
      expect((await call('POST', 'users/unlock/hans')).status).toBe(200);
      expect(await login('hans', 'password')).toBe(200);
      await room.database.asSuperuser('DELETE FROM login_failures');
    });

    it('deleted unless they own secrets, and their name is free again', async () => {
      const ines = await room.member('default_tenant', 'ines', 'user');
      await room.secret(ines, 'PUT', 'of-ines', 'x');
      const refused = await call('DELETE', 'users/ines');
      expect(refused.status).toBe(409);
      expect(refused.body.message).toMatch(/has secrets/);
      expect(await lastEvent()).toMatchObject({ action: 'user.delete', key: 'ines', outcome: 'conflict' });
      await room.secret(ADMIN, 'DELETE', 'of-ines');
      expectDeleted(version, await call('DELETE', 'users/INES'), {
        ...SHAPE,
        ...{ username: 'ines', role: roles.user, tenants: 1 },
        ...{ first_login_at: expect.any(String), last_login_at: expect.any(String) },
      });
      expect(await lastEvent()).toMatchObject({ action: 'user.delete', key: 'INES', outcome: 'ok' });
      expect(await login('ines', 'password-of-ines')).toBe(401);
      expect((await call('DELETE', 'users/ines')).status).toBe(404);
      expect((await create('ines')).body).toMatchObject({ tenants: 0 });
    });
  });

  it('need no tenant, and tell who may not which right it takes, and where it was asked for', async () => {
    for (const tenant of [undefined, 'default_tenant', 'no-such']) {
      const header = tenant === undefined ? {} : { tenant };
      const as: As = { login: manager.login, ...header };
      const named =
        tenant === undefined ? /^Not permitted: .*permission user_list;/ : new RegExp(`user_list.*${tenant}`);
      const refused = await call('GET', 'users', undefined, as);
      expect([refused.status, refused.body.message]).toEqual([403, expect.stringMatching(named)]);
      expect((await call('GET', 'user', undefined, as)).status).toBe(200);
      expect((await call('GET', 'users', undefined, { login: ADMIN.login ?? '', ...header })).status).toBe(
        200,
      );
    }
    const unknown = await call('GET', 'users', undefined, { ...manager, tenant: 'no-such' });
    expect(unknown.body.message).toMatch(/invalid tenant name.*no-such/);
  });

  it.each([
    ['GET', 'users', undefined],
    ['GET', 'users/mona', undefined],
    ['PUT', 'users', { username: 'mine', password: 'password', role: 'sys_admin' }],
    ['POST', 'users/admin', { password: 'password' }],
    ['POST', 'users/mona', { role: 'sys_admin' }],
    ['POST', 'users/active/admin', { action: 'deactivate' }],
    ['POST', 'users/unlock/admin', undefined],
    ['DELETE', 'users/admin', undefined],
  ])('are for administrators: %s %s', async (method, path, body) => {
    const answer = await call(method, path, body, manager);
    expect([answer.status, answer.body.error_code]).toEqual([403, 'forbidden_error']);
  });
});
