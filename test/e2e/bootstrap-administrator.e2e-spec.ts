import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom } from '../support/strongroom.js';

describe.each(['v3', 'v3.1'])('the bootstrap administrator under /api/%s', (version) => {
  let room: Strongroom;
  beforeAll(async () => {
    room = await Strongroom.start();
    await room.user('second', 'password');
    await room.call(ADMIN, 'POST', '/api/v3.1/users/second', { role: 'sys_admin' });
  });
  afterAll(() => room.stop());

  const SECOND = { login: 'second:password' };
  const call = (method: string, path: string, body?: unknown) =>
    room.call(SECOND, method, `/api/${version}/users/${path}`, body);

  it('is never deleted, in whatever state, by whoever', async () => {
    const refused = async () => {
      const { status, body } = await call('DELETE', 'Admin');
      expect([status, body.error_code]).toEqual([409, 'conflict_error']);
      expect(body.message).toMatch(/^Cannot delete the bootstrap administrator `admin`/);
    };
    await refused();
    expect((await room.call(ADMIN, 'DELETE', `/api/${version}/users/admin`)).status).toBe(409);
    expect((await call('POST', 'admin', { role: 'default' })).status).toBe(200);
    await refused();
    expect((await call('POST', 'active/admin', { action: 'deactivate' })).status).toBe(200);
    await refused();
    await call('POST', 'active/admin', { action: 'activate' });
    await call('POST', 'admin', { role: 'sys_admin' });
    const rows = await room.database.asSuperuser(
      `SELECT body::json->>'outcome' AS outcome FROM audit_events WHERE body::json->>'action' = 'user.delete'`,
    );
    expect(rows).toEqual(rows.map(() => ({ outcome: 'conflict' })));
    expect(rows).toHaveLength(4);
  });

  it('is no other administrator', async () => {
    const third = { username: 'third', password: 'password', role: 'sys_admin' };
    const create = (body: object) => room.call(SECOND, 'PUT', `/api/${version}/users`, body);
    const claimed = await create({ ...third, is_bootstrap: true });
    expect(claimed.status).toBe(version === 'v3' ? 201 : 400);
    if (version === 'v3.1') expect((await create(third)).status).toBe(201);
    expect((await call('DELETE', 'third')).status).toBeLessThan(300);
  });
});
