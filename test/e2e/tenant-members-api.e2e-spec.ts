import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectDeleted } from '../support/deleted.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

describe.each(['v3', 'v3.1'])('members of tenants over /api/%s', (version) => {
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

  it('never leaves a member in a tenant that was deleted at the same moment', async () => {
    await room.user('racer', 'password');
    for (let round = 0; round < 5; round += 1) {
      const name = `race-${round}`;
      await asAdmin('POST', `/${name}`);
      const [added, deleted] = await Promise.all([
        asAdmin('PUT', '/users', { tenant_name: name, username: 'racer', role: 'user' }),
        asAdmin('DELETE', `/${name}`),
      ]);
      expect([
        [200, 409],
        [403, version === 'v3' ? 200 : 204],
      ]).toContainEqual([added.status, deleted.status]);
    }
  });

  const MEMBERS = [
    ['/users', 'username', 'user', 'User'],
    ['/user-groups', 'group_name', 'user_group', 'User group'],
  ] as const;
  describe.each(MEMBERS)('memberships by %s', (route, field, action, label) => {
    let user: As & { login: string };
    const name = (text: string) => ({ tenant_name: `in-${action}`, [field]: text });
    const member = `member-${action}`;
    const asMember = async (method: string, value?: string) =>
      (await room.secret({ ...user, tenant: `in-${action}` }, method, `by-${member}`, value)).status;
    beforeAll(async () => {
      await asAdmin('POST', `/in-${action}`);
      user = await stranger(`${member}-person`);
      if (action === 'user') {
        user = await stranger(member);
      } else await group(member, `${member}-person`);
    });

    it('begin, change and end with the next request', async () => {
      expect(await asMember('GET')).toBe(403);
      const added = await asAdmin('PUT', route, { ...name(member), role: 'viewer' });
      expect(added.status).toBe(200);
      expect(added.body).toMatchObject({ name: `in-${action}`, users: 1, user_roles: null });
      expect(await asMember('GET')).toBe(404);
      expect(await asMember('PUT', 'x')).toBe(403);
      const again = await asAdmin('PUT', route, { ...name(member.toUpperCase()), role: 'user' });
      expect([again.status, again.body.error_code]).toEqual([409, 'conflict_error']);
      expect(again.body.message).toContain(`${label} \`${member}\` is already a member`);
      const changed = await asAdmin('PATCH', route, { ...name(member), role: 'user' });
      expect([changed.status, changed.body.name]).toEqual([200, `in-${action}`]);
      expect(await asMember('PUT', 'x')).toBe(200);
      const removed = await asAdmin('DELETE', route, name(member));
      expectDeleted(version, removed, { name: `in-${action}`, users: 0, groups: 0, user_roles: null });
      expect(await asMember('GET')).toBe(403);
      expect(await refusedBy(asAdmin('DELETE', route, name(member)))).toEqual([404, 'not_found_error']);
      expect(await refusedBy(asAdmin('PATCH', route, { ...name(member), role: 'user' }))).toEqual([
        404,
        'not_found_error',
      ]);
      const key = `in-${action}/${member}`;
      expect(await outcomes(`tenant.add_${action}`, key)).toEqual(['ok']);
      expect(await outcomes(`tenant.update_${action}`, key)).toEqual(['ok', 'not_found']);
      expect(await outcomes(`tenant.remove_${action}`, key)).toEqual(['ok', 'not_found']);
    });

    it('refuse who, where and what is unknown', async () => {
      for (const method of ['PUT', 'PATCH', 'DELETE']) {
        const role = method === 'DELETE' ? {} : { role: 'user' };
        const unknown = await asAdmin(method, route, { ...name('nobody'), ...role });
        expect([unknown.status, unknown.body.error_code]).toEqual([404, 'not_found_error']);
        const elsewhere = { ...name(member), tenant_name: 'no-such', ...role };
        const answer = await asAdmin(method, route, elsewhere);
        expect([answer.status, answer.body.error_code]).toEqual([403, 'forbidden_error']);
        expect(answer.body.message).toMatch(/invalid tenant name.*no-such/);
        expect(answer.body.message).toMatch(/tenant_[a-z]+_user(_group)?.*no-such/);
        expect((await asAdmin(method, route, { ...role, [field]: member })).status).toBe(400);
        expect((await asAdmin(method, route, { ...role, tenant_name: `in-${action}` })).status).toBe(400);
      }
      const forbidden = `no-such/${member}`;
      expect(await outcomes(`tenant.add_${action}`, forbidden)).toEqual(['forbidden']);
      expect(await outcomes(`tenant.add_${action}`, `in-${action}/nobody`)).toEqual(['not_found']);
      for (const role of ['sys_admin', 'default', 'king', 7, ''])
        for (const method of ['PUT', 'PATCH'])
          expect((await asAdmin(method, route, { ...name(member), role })).status).toBe(400);
    });

    it('have a role by default over v3 only, and never in a change', async () => {
      const added = await asAdmin('PUT', route, name(member));
      expect(added.status).toBe(version === 'v3' ? 200 : 400);
      expect((await asAdmin('PATCH', route, name(member))).status).toBe(400);
      if (version !== 'v3') return;
      expect(await asMember('PATCH', 'y')).toBe(200);
      expect((await asAdmin('DELETE', route, name(member))).status).toBe(200);
    });
  });

  it('holds a right that a role of tenants was given to that tenant', async () => {
    const manager = await room.tenant('granted', 'manager');
    await room.tenant('not-granted');
    await room.user('newcomer', 'password');
    await room.database.asSuperuser(
      "INSERT INTO role_permissions VALUES ('manager', 'tenant_add_user'), ('manager', 'tenant_delete')",
    );
    const add = (tenant_name: string) =>
      room.call(manager, 'PUT', `${path}/users`, { tenant_name, username: 'newcomer', role: 'user' });
    expect((await add('granted')).status).toBe(200);
    expect((await add('not-granted')).status).toBe(403);
    expect((await room.call(manager, 'DELETE', `${path}/not-granted`)).status).toBe(403);
  });
});
