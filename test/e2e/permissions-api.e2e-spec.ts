import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KNOWN_PERMISSIONS, KNOWN_ROLES } from '../../src/users/permissions/known-permissions.js';
import { ADMIN, Strongroom } from '../support/strongroom.js';

describe.each(['v3', 'v3.1'])('the permissions under /api/%s', (version) => {
  let room: Strongroom;
  let viewer: { login: string; tenant: string };
  beforeAll(async () => {
    room = await Strongroom.start();
    viewer = await room.member('default_tenant', 'vera', 'viewer');
  });
  afterAll(() => room.stop());

  const call = (method: string, path = '', as: Parameters<Strongroom['call']>[0] = ADMIN) =>
    room.call(as, method, `/api/${version}/permissions${path}`);
  const events = () =>
    room.database.asSuperuser<{ action: string; key: string; outcome: string }>(
      `SELECT body::json->>'action' AS action, body::json->>'key' AS key, body::json->>'outcome' AS outcome
       FROM audit_events WHERE body::json->>'action' LIKE 'permission.%' ORDER BY at, id`,
    );

  it('are listed in pages, all or of one role', async () => {
    const all = (await call('GET')).body as { items: { role: string; permission: string }[] };
    expect(new Set(all.items.map(({ permission }) => permission))).toEqual(KNOWN_PERMISSIONS);
    expect(new Set(all.items.map(({ role }) => role))).toEqual(new Set(Object.keys(KNOWN_ROLES)));
    const { length } = all.items;
    const page = await call('GET', '?_size=2&_offset=1');
    expect(page.body).toEqual({
      items: all.items.slice(1, 3),
      metadata: { pagination: { total: length, size: 2, offset: 1 } },
    });
    const ofViewer = (await call('GET', '/viewer')).body as { items: { role: string }[] };
    expect(new Set(ofViewer.items.map(({ role }) => role))).toEqual(new Set(['viewer']));
    expect((await call('GET', '/nobody')).status).toBe(404);
    expect((await call('GET', '/toString')).status).toBe(404);
  });

  it('are given and taken from the next request on, on record', async () => {
    const one = '/viewer/secret_create';
    const write = async (key: string) => (await room.secret(viewer, 'PUT', key, 'x')).status;
    const before = (await events()).length;
    expect((await call('GET', one)).status).toBe(404);
    expect(await write('early')).toBe(403);
    const added = await call('PUT', one);
    expect([added.status, added.body]).toEqual([200, { role: 'viewer', permission: 'secret_create' }]);
    expect((await call('GET', one)).body).toEqual(added.body);
    expect(await write('now')).toBe(200);
    const again = await call('PUT', one);
    expect([again.status, again.body.error_code]).toEqual([409, 'conflict_error']);
    expect(await call('DELETE', one)).toMatchObject({ status: 204, text: '' });
    expect(await write('late')).toBe(403);
    expect((await call('DELETE', one)).status).toBe(404);
    const key = 'viewer/secret_create';
    expect((await events()).slice(before)).toEqual([
      { action: 'permission.read', key, outcome: 'not_found' },
      { action: 'permission.add', key, outcome: 'ok' },
      { action: 'permission.read', key, outcome: 'ok' },
      { action: 'permission.add', key, outcome: 'conflict' },
      { action: 'permission.remove', key, outcome: 'ok' },
      { action: 'permission.remove', key, outcome: 'not_found' },
    ]);
  });

  it.each(['/nobody/secret_get', '/viewer/fly', '/toString/secret_get', '/viewer/%20'])(
    'are not made up: %s',
    async (path) => {
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const answer = await call(method, path);
        expect([method, answer.status]).toEqual([method, 404]);
        expect(answer.body.error_code).toBe('not_found_error');
      }
    },
  );

  it('can be given back after no role holds one any more', async () => {
    const path = '/sys_admin/manage_others_tokens';
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('PUT', path)).status).toBe(200);
  });

  it('cannot be lost for good', async () => {
    expect((await call('DELETE', '/sys_admin/user_set_role')).status).toBe(409);
  });

  it.each([
    ['GET', ''],
    ['GET', '/viewer'],
    ['GET', '/viewer/secret_get'],
    ['PUT', '/viewer/secret_delete'],
    ['DELETE', '/viewer/secret_get'],
  ])('are for administrators: %s %s', async (method, path) => {
    const manager = { login: 'mona:password-of-mona', tenant: 'default_tenant' };
    await room.member('default_tenant', 'mona', 'manager').catch(() => undefined);
    for (const as of [viewer, manager]) {
      const answer = await call(method, path, as);
      expect([answer.status, answer.body.error_code]).toEqual([403, 'forbidden_error']);
    }
  });
});
