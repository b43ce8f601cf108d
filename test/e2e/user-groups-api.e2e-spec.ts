import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectDeleted } from '../support/deleted.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

describe.each(['v3', 'v3.1'])('user groups over /api/%s', (version) => {
  const path = `/api/${version}/user-groups`;
  let room: Strongroom;
  beforeAll(async () => {
    room = await Strongroom.start();
  });
  afterAll(() => room.stop());

  const asAdmin = (method: string, rest: string, body?: unknown) =>
    room.call(ADMIN, method, `${path}${rest}`, body);
  const create = (group_name: string, role = 'default', ldap_group_dn: string | null = null) =>
    asAdmin('POST', '', { group_name, ldap_group_dn, role });
  const member = (group_name: string, username: string) => ({ group_name, username });

  async function outcomes(action: string, key: string | null): Promise<string[]> {
    const rows = await room.database.asSuperuser<{ outcome: string }>(
      `SELECT body::json->>'outcome' AS outcome FROM audit_events
       WHERE body::json->>'action' = $1 AND body::json->>'key' IS NOT DISTINCT FROM $2
         AND log_id = '00000000-0000-0000-0000-000000000000' ORDER BY at, id`,
      [action, key],
    );
    return rows.map(({ outcome }) => outcome);
  }

  it('are none at first', async () => {
    expect((await asAdmin('GET', '')).body).toEqual({
      items: [],
      metadata: { pagination: { total: 0, size: 1000, offset: 0 } },
    });
    expect(await outcomes('user_group.list', null)).toEqual(['ok']);
  });

  it('are made, read in any case, and deleted', async () => {
    const made = await create('Readers', 'default', 'CN=readers,OU=People');
    expect(made.status).toBe(201);
    const expected = {
      name: 'Readers',
      ldap_dn: 'CN=readers,OU=People',
      tenants: 0,
      users: 0,
      role: 'default',
    };
    expect(made.body).toEqual(expected);
    for (const name of ['Readers', 'readers', 'READERS']) {
      expect((await asAdmin('GET', `/${name}`)).body).toEqual(expected);
    }
    const gone = await asAdmin('DELETE', '/rEADERS');
    expectDeleted(version, gone, expected);
    for (const method of ['GET', 'DELETE']) {
      const absent = await asAdmin(method, '/Readers');
      expect([absent.status, absent.body.error_code]).toEqual([404, 'not_found_error']);
    }
    expect(await outcomes('user_group.create', 'Readers')).toEqual(['ok']);
    expect(await outcomes('user_group.delete', 'rEADERS')).toEqual(['ok']);
    expect(await outcomes('user_group.delete', 'Readers')).toEqual(['not_found']);
    expect(await outcomes('user_group.read', 'Readers')).toEqual(['ok', 'not_found']);
  });

  it('are unique by name and by LDAP DN, in whatever case', async () => {
    await create('Twin', 'default', 'cn=twin');
    for (const [name, dn] of [
      ['Twin', null],
      ['tWIN', 'cn=other'],
      ['another', 'CN=Twin'],
    ] as const) {
      const answer = await create(name, 'default', dn);
      expect([answer.status, answer.body.error_code]).toEqual([409, 'conflict_error']);
      expect(answer.body.message).toMatch(new RegExp(`already exists.*${name}`));
      expect((await outcomes('user_group.create', name)).at(-1)).toBe('conflict');
    }
    expect((await create('without-dn')).status).toBe(201);
    expect((await asAdmin('POST', '', { group_name: 'bare' })).body).toMatchObject({
      role: 'default',
      ldap_dn: null,
    });
  });

  it.each([
    { group_name: 'users' },
    { group_name: '1st' },
    { group_name: '' },
    { group_name: 7 },
    {},
    { group_name: 'g', role: 'king' },
    { group_name: 'g', role: 'manager' },
    { group_name: 'g', role: 7 },
    { group_name: 'g', ldap_group_dn: '' },
    { group_name: 'g', ldap_group_dn: 7 },
    { group_name: 'g', ldap_group_dn: 'cn=\u0000' },
    { group_name: 'g', ldap_group_dn: 'x'.repeat(1025) },
  ])('are not made of %j', async (body) => {
    const answer = await asAdmin('POST', '', body);
    expect([answer.status, answer.body.error_code]).toEqual([400, 'bad_parameters_error']);
  });

  it('are listed in pages, with counts or with data', async () => {
    await room.tenant('listing', 'viewer');
    for (const name of ['list-a', 'list-b', 'list-c']) await create(name);
    await asAdmin('PUT', '/users', member('list-b', 'listing-viewer'));
    const tenants = `/api/${version}/tenants/user-groups`;
    await room.call(ADMIN, 'PUT', tenants, {
      tenant_name: 'listing',
      group_name: 'list-b',
      role: 'operations',
    });
    const page = await asAdmin('GET', '?_search=list-&_size=1&_offset=1');
    expect(page.body).toEqual({
      items: [{ name: 'list-b', ldap_dn: null, tenants: 1, users: 1, role: 'default' }],
      metadata: { pagination: { total: 3, size: 1, offset: 1 } },
    });
    const expected = {
      name: 'list-b',
      ldap_dn: null,
      tenants: { listing: 'operations' },
      users: ['listing-viewer'],
      role: 'default',
    };
    expect((await asAdmin('GET', '?_search=list-b&_get_data=true')).body.items).toEqual([expected]);
    expect((await asAdmin('GET', '/list-b?_get_data=true')).body).toEqual(expected);
    const sorted = (await asAdmin('GET', '?_search=list-&_sort=-name')).body.items as { name: string }[];
    expect(sorted.map(({ name }) => name)).toEqual(['list-c', 'list-b', 'list-a']);
  });

  it('gain and lose members with the next request', async () => {
    await room.user('joiner', 'password');
    await room.tenant('joined');
    await create('joiners');
    const role = { tenant_name: 'joined', group_name: 'joiners', role: 'viewer' };
    await room.call(ADMIN, 'PUT', `/api/${version}/tenants/user-groups`, role);
    const joiner: As = { login: 'joiner:password', tenant: 'joined' };
    const asJoiner = async () => (await room.call(joiner, 'GET', '/api/v3/secrets')).status;
    expect(await asJoiner()).toBe(403);
    const added = await asAdmin('PUT', '/users', member('JOINERS', 'Joiner'));
    expect([added.status, added.body]).toEqual([
      200,
      { name: 'joiners', ldap_dn: null, tenants: 1, users: 1, role: 'default' },
    ]);
    expect(await asJoiner()).toBe(200);
    const again = await asAdmin('PUT', '/users', member('joiners', 'joiner'));
    expect([again.status, again.body.error_code]).toEqual([409, 'conflict_error']);
    const removed = await asAdmin('DELETE', '/users', member('joiners', 'joiner'));
    expectDeleted(version, removed, { name: 'joiners', tenants: 1, users: 0 });
    expect(await asJoiner()).toBe(403);
    expect((await asAdmin('DELETE', '/users', member('joiners', 'joiner'))).status).toBe(404);
    expect(await outcomes('user_group.add_user', 'joiners/joiner')).toEqual(['conflict']);
    expect(await outcomes('user_group.remove_user', 'joiners/joiner')).toEqual(['ok', 'not_found']);
  });

  it('end the roles of their members when they are deleted', async () => {
    await room.user('leaver', 'password');
    await room.tenant('left');
    await create('leavers');
    await asAdmin('PUT', '/users', member('leavers', 'leaver'));
    const role = { tenant_name: 'left', group_name: 'leavers', role: 'viewer' };
    await room.call(ADMIN, 'PUT', `/api/${version}/tenants/user-groups`, role);
    const leaver: As = { login: 'leaver:password', tenant: 'left' };
    expect((await room.call(leaver, 'GET', '/api/v3/secrets')).status).toBe(200);
    expectDeleted(version, await asAdmin('DELETE', '/leavers'), { name: 'leavers', tenants: 1, users: 1 });
    expect((await room.call(leaver, 'GET', '/api/v3/secrets')).status).toBe(403);
  });

  it('do not take in who does not exist', async () => {
    await create('lonely');
    for (const method of ['PUT', 'DELETE']) {
      for (const body of [member('no-such', 'admin'), member('lonely', 'nobody')]) {
        const answer = await asAdmin(method, '/users', body);
        expect([answer.status, answer.body.error_code]).toEqual([404, 'not_found_error']);
      }
      expect((await asAdmin(method, '/users', { group_name: 'lonely' })).status).toBe(400);
      expect((await asAdmin(method, '/users', { username: 'admin' })).status).toBe(400);
    }
  });

  it('change their role, which takes effect on the next request', async () => {
    await room.user('rising', 'password');
    await create('risers');
    await asAdmin('PUT', '/users', member('risers', 'rising'));
    const rising: As = { login: 'rising:password' };
    expect((await room.call(rising, 'GET', path)).status).toBe(403);
    const changed = await asAdmin('POST', '/Risers', { role: 'sys_admin' });
    expect([changed.status, changed.body.role]).toEqual([200, 'sys_admin']);
    expect((await room.call(rising, 'GET', path)).status).toBe(200);
    await asAdmin('POST', '/risers', { role: 'default' });
    expect((await room.call(rising, 'GET', path)).status).toBe(403);
    expect((await asAdmin('POST', '/no-such', { role: 'default' })).status).toBe(404);
    for (const role of ['manager', 'king', '', 7, undefined])
      expect((await asAdmin('POST', '/risers', { role })).status).toBe(400);
    expect(await outcomes('user_group.set_role', 'Risers')).toEqual(['ok']);
    expect(await outcomes('user_group.set_role', 'no-such')).toEqual(['not_found']);
  });

  it('let nobody but administrators look or change', async () => {
    const manager = await room.tenant('ruled', 'manager');
    await create('guarded');
    for (const [method, rest] of [
      ['GET', ''],
      ['POST', ''],
      ['GET', '/guarded'],
      ['POST', '/guarded'],
      ['DELETE', '/guarded'],
      ['PUT', '/users'],
      ['DELETE', '/users'],
    ] as const) {
      const body = method === 'GET' ? undefined : { ...member('guarded', 'admin'), role: 'sys_admin' };
      const answer = await room.call(manager, method, `${path}${rest}`, body);
      expect([answer.status, answer.body.error_code]).toEqual([403, 'forbidden_error']);
      expect((await room.call({}, method, `${path}${rest}`, body)).status).toBe(401);
    }
    expect(await outcomes('user_group.delete', 'guarded')).toEqual(['forbidden']);
  });

  it('never take the last active administrator away, even two at once', async () => {
    await room.user('chief', 'password');
    for (const name of ['chiefs', 'more-chiefs']) {
      await create(name, 'sys_admin');
      await asAdmin('PUT', '/users', member(name, 'chief'));
    }
    const chief: As = { login: 'chief:password' };
    await room.database.asSuperuser("UPDATE users SET active = false WHERE username = 'admin'");
    const asChief = (method: string, rest: string, body?: unknown) =>
      room.call(chief, method, `${path}${rest}`, body);
    const both = await Promise.all(
      ['/chiefs', '/more-chiefs'].map((name) => asChief('POST', name, { role: 'default' })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const left = both[0]?.status === 409 ? 'chiefs' : 'more-chiefs';
    for (const answer of [
      await asChief('POST', `/${left}`, { role: 'default' }),
      await asChief('DELETE', `/${left}`),
      await asChief('DELETE', '/users', member(left, 'chief')),
    ]) {
      expect([answer.status, answer.body.error_code]).toEqual([409, 'conflict_error']);
      expect(answer.body.message).toContain('the last active sys_admin');
    }
    expect((await asChief('GET', `/${left}`)).body).toMatchObject({ role: 'sys_admin', users: 1 });
    expect((await outcomes('user_group.delete', left)).at(-1)).toBe('conflict');
    await room.database.asSuperuser("UPDATE users SET active = true WHERE username = 'admin'");
    expectDeleted(version, await asChief('DELETE', `/${left}`), { name: left });
  });
});
