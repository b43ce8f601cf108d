import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DeclaredRoutes } from '../../src/tenant-scope/declared-routes.js';
import { ADMIN, Strongroom } from '../support/strongroom.js';

/** Every route of the service. Who adds one adds it here, and says what it needs. */
const ROUTES: Readonly<Record<string, string>> = {
  'GET /api/v3/secrets': 'secret_list',
  'GET /api/v3/secrets/{key}': 'secret_get',
  'PUT /api/v3/secrets/{key}': 'secret_create',
  'PATCH /api/v3/secrets/{key}': 'secret_update',
  'DELETE /api/v3/secrets/{key}': 'secret_delete',
  'GET /api/v3/secrets/share/export': 'secret_export',
  'GET /api/v3.1/secrets/share/export': 'secret_export',
  'GET /api/v3.1/secrets': 'secret_list',
  'GET /api/v3.1/secrets/{key}': 'secret_get',
  'PUT /api/v3.1/secrets/{key}': 'secret_create',
  'PATCH /api/v3.1/secrets/{key}': 'secret_update',
  'PATCH /api/v3.1/secrets/{key}/set-visibility': 'secret_update',
  'DELETE /api/v3.1/secrets/{key}': 'secret_delete',
  'GET /api/v3/tenants': 'tenant_list',
  'GET /api/v3/tenants/{name}': 'tenant_get',
  'POST /api/v3/tenants/{name}': 'tenant_create',
  'DELETE /api/v3/tenants/{name}': 'tenant_delete',
  'PUT /api/v3/tenants/users': 'tenant_add_user',
  'PATCH /api/v3/tenants/users': 'tenant_update_user',
  'DELETE /api/v3/tenants/users': 'tenant_remove_user',
  'PUT /api/v3/tenants/user-groups': 'tenant_add_user_group',
  'PATCH /api/v3/tenants/user-groups': 'tenant_update_user_group',
  'DELETE /api/v3/tenants/user-groups': 'tenant_remove_user_group',
  'GET /api/v3/user-groups': 'user_group_list',
  'POST /api/v3/user-groups': 'user_group_create',
  'GET /api/v3/user-groups/{name}': 'user_group_get',
  'POST /api/v3/user-groups/{name}': 'user_group_update',
  'DELETE /api/v3/user-groups/{name}': 'user_group_delete',
  'PUT /api/v3/user-groups/users': 'user_group_add_user',
  'DELETE /api/v3/user-groups/users': 'user_group_remove_user',
  'GET /api/v3.1/tenants': 'tenant_list',
  'GET /api/v3.1/tenants/{name}': 'tenant_get',
  'POST /api/v3.1/tenants/{name}': 'tenant_create',
  'DELETE /api/v3.1/tenants/{name}': 'tenant_delete',
  'PUT /api/v3.1/tenants/users': 'tenant_add_user',
  'PATCH /api/v3.1/tenants/users': 'tenant_update_user',
  'DELETE /api/v3.1/tenants/users': 'tenant_remove_user',
  'PUT /api/v3.1/tenants/user-groups': 'tenant_add_user_group',
  'PATCH /api/v3.1/tenants/user-groups': 'tenant_update_user_group',
  'DELETE /api/v3.1/tenants/user-groups': 'tenant_remove_user_group',
  'GET /api/v3.1/user-groups': 'user_group_list',
  'POST /api/v3.1/user-groups': 'user_group_create',
  'GET /api/v3.1/user-groups/{name}': 'user_group_get',
  'POST /api/v3.1/user-groups/{name}': 'user_group_update',
  'DELETE /api/v3.1/user-groups/{name}': 'user_group_delete',
  'PUT /api/v3.1/user-groups/users': 'user_group_add_user',
  'DELETE /api/v3.1/user-groups/users': 'user_group_remove_user',
  'GET /api/v3/tokens': 'create_token',
  'POST /api/v3.1/tokens': 'create_token',
  'GET /api/v3.1/tokens': 'list_token',
  'GET /api/v3.1/tokens/{id}': 'list_token',
  'DELETE /api/v3.1/tokens/{id}': 'delete_token',
  'GET /api/version': 'version_get',
  'GET /api/v3/version': 'version_get',
  'GET /api/v3.1/version': 'version_get',
  'GET /api/v3/users': 'user_list',
  'PUT /api/v3/users': 'user_create',
  'GET /api/v3/users/{name}': 'user_get',
  'POST /api/v3/users/{name}': 'user_get_self',
  'DELETE /api/v3/users/{name}': 'user_delete',
  'POST /api/v3/users/active/{name}': 'user_set_activated',
  'POST /api/v3/users/unlock/{name}': 'user_unlock',
  'GET /api/v3/user': 'user_get_self',
  'GET /api/v3/permissions': 'user_set_role',
  'GET /api/v3/permissions/{role}': 'user_set_role',
  'GET /api/v3/permissions/{role}/{permission}': 'user_set_role',
  'PUT /api/v3/permissions/{role}/{permission}': 'user_set_role',
  'DELETE /api/v3/permissions/{role}/{permission}': 'user_set_role',
  'GET /api/v3/status': 'status_get',
  'GET /api/v3/maintenance': 'maintenance_mode_get',
  'POST /api/v3/maintenance/{action}': 'maintenance_mode_set',
  'GET /api/v3/managers': 'status_get',
  'GET /api/v3/brokers': 'status_get',
  'GET /api/v3/db-nodes': 'status_get',
  'GET /api/v3/provider/context': 'status_get',
  'GET /api/v3/config': 'version_get',
  'GET /api/v3/license': 'license_list',
  'GET /api/v3/ok': 'public',
  'GET /api/v3.1/users': 'user_list',
  'PUT /api/v3.1/users': 'user_create',
  'GET /api/v3.1/users/{name}': 'user_get',
  'POST /api/v3.1/users/{name}': 'user_get_self',
  'DELETE /api/v3.1/users/{name}': 'user_delete',
  'POST /api/v3.1/users/active/{name}': 'user_set_activated',
  'POST /api/v3.1/users/unlock/{name}': 'user_unlock',
  'GET /api/v3.1/user': 'user_get_self',
  'GET /api/v3.1/permissions': 'user_set_role',
  'GET /api/v3.1/permissions/{role}': 'user_set_role',
  'GET /api/v3.1/permissions/{role}/{permission}': 'user_set_role',
  'PUT /api/v3.1/permissions/{role}/{permission}': 'user_set_role',
  'DELETE /api/v3.1/permissions/{role}/{permission}': 'user_set_role',
  'GET /api/v3.1/status': 'status_get',
  'GET /api/v3.1/maintenance': 'maintenance_mode_get',
  'POST /api/v3.1/maintenance/{action}': 'maintenance_mode_set',
  'GET /api/v3.1/managers': 'status_get',
  'GET /api/v3.1/brokers': 'status_get',
  'GET /api/v3.1/db-nodes': 'status_get',
  'GET /api/v3.1/provider/context': 'status_get',
  'GET /api/v3.1/config': 'version_get',
  'GET /api/v3.1/license': 'license_list',
  'GET /api/v3.1/ok': 'public',
  'GET /health/live': 'public',
  'GET /health/ready': 'public',
};

/** What everybody who can log in may do, without a tenant. */
const OF_EVERYONE = new Set([
  ...['tenant_list', 'version_get', 'user_get_self', 'status_get', 'maintenance_mode_get', 'license_list'],
  ...['create_token', 'list_token', 'delete_token'],
]);

/** Where everybody may come in, and still: what is about somebody else is refused, and what is never there is not. */
const BEYOND_THE_DOOR: Readonly<Record<string, number>> = {
  'POST /api/v3/users/{name}': 403,
  'POST /api/v3.1/users/{name}': 403,
  'POST /api/v3.1/tokens': 415,
  'GET /api/v3.1/tokens/{id}': 404,
  'DELETE /api/v3.1/tokens/{id}': 404,
  'GET /api/v3/provider/context': 404,
  'GET /api/v3.1/provider/context': 404,
};

/** What still serves during maintenance, beside what is public: everything else is closed without being listed. */
const OPEN_IN_MAINTENANCE = new Set(
  ['v3', 'v3.1'].flatMap((version) =>
    [
      ...['GET /status', 'GET /version', 'GET /user', 'GET /config', 'GET /license', 'GET /tokens'],
      ...['GET /maintenance', 'POST /maintenance/{action}', 'POST /tokens', 'GET /tokens/{id}'],
      ...['DELETE /tokens/{id}', 'GET /managers', 'GET /brokers', 'GET /db-nodes', 'GET /provider/context'],
    ].map((route) => route.replace(' ', ` /api/${version}`)),
  ),
).add('GET /api/version');

/** Somebody without a tenant and without a role. */
const OUTSIDER = { login: 'outsider:password', tenant: 'default_tenant' };

const CLOSED = [503, 'maintenance_mode_active'];

/** The documents of the API, which the framework serves. */
const DOCUMENTS = /^\/api\/docs/;

describe('every route of the running application', () => {
  let room: Strongroom;
  beforeAll(async () => {
    room = await Strongroom.start();
    await room.user('outsider', 'password');
  });
  afterAll(() => room.stop());

  /** The router's own list, as it prints it. */
  function running(): string[] {
    const fastify = room.service.app.getHttpAdapter().getInstance();
    const routes = new Set<string>();
    const parents: string[] = [];
    for (const line of fastify.printRoutes({ commonPrefix: false }).split('\n')) {
      const [, indent = '', path = '', methods = ''] =
        /^([│ ]*)[├└]── (\S+)(?: \(([^)]+)\))?/.exec(line) ?? [];
      if (path === '') continue;
      const depth = indent.length / 4;
      parents.splice(depth, parents.length, path);
      for (const method of methods.split(', ').filter((name) => name !== '' && name !== 'HEAD')) {
        routes.add(`${method} ${parents.join('').replace(/:([a-z]+)/g, '{$1}')}`);
      }
    }
    return [...routes].sort();
  }

  it('is listed here', () => {
    const own = running().filter((route) => !DOCUMENTS.test(route.split(' ')[1] ?? ''));
    expect(own).toEqual(Object.keys(ROUTES).sort());
  });

  it('stands in the API document, and nothing else does', () => {
    const documented = Object.entries(room.validator.document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(documented.sort()).toEqual(Object.keys(ROUTES).sort());
  });

  it('declares what it needs', () => {
    const declared = room.service.app
      .get(DeclaredRoutes)
      .all()
      .map(({ permission }) => permission);
    // One handler may serve several addresses.
    expect(new Set(declared)).toEqual(new Set(Object.values(ROUTES)));
  });

  it.each(Object.entries(ROUTES))('%s needs %s', async (route, permission) => {
    const [method = '', template = ''] = route.split(' ');
    const answer = await room.send({ method, path: template.replace(/\{[^}]+\}/g, 'some-key') });
    expect(answer.status).toBe(permission === 'public' ? 200 : 401);
    if (permission === 'public') return;
    const path = template.replace(/\{[^}]+\}/g, 'some-key');
    const outsider = await room.call(OUTSIDER, method, path);
    if (OF_EVERYONE.has(permission)) {
      if (route in BEYOND_THE_DOOR) expect(outsider.status).toBe(BEYOND_THE_DOOR[route]);
      else expect(outsider.status).toBeLessThan(400);
      return;
    }
    expect(outsider.status).toBe(403);
    expect(outsider.body.message).toContain(permission);
  });

  describe('in maintenance', () => {
    beforeAll(() => room.call(ADMIN, 'POST', '/api/v3.1/maintenance/activate'));
    afterAll(() => room.call(ADMIN, 'POST', '/api/v3.1/maintenance/deactivate'));

    it.each(Object.entries(ROUTES))('%s is closed, unless it is listed', async (route, permission) => {
      const [method = '', template = ''] = route.split(' ');
      const open = permission === 'public' || OPEN_IN_MAINTENANCE.has(route);
      const answer = await room.call(ADMIN, method, template.replace(/\{[^}]+\}/g, 'some-key'));
      if (open) expect(answer.status).not.toBe(503);
      // A tenant that does not exist is refused first.
      else if (answer.status !== 403) expect([answer.status, answer.body.error_code]).toEqual(CLOSED);
      else expect(template).toContain('/tenants/{name}');
    });
  });

  it('serves its documents to everyone', async () => {
    const page = await room.send({ path: '/api/docs' });
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toMatch(/html/);
    expect(page.headers['content-security-policy']).toMatch(/default-src 'none'/);
    expect((await room.send({ path: '/api/docs-json' })).body).toHaveProperty('openapi');
  });
});
