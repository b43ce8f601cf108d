import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AUDIT_ACTIONS } from '../../src/audit/actions.js';
import { DeclaredRoutes } from '../../src/tenant-scope/declared-routes.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';
import { DOORS, ROLES, WITHOUT_DOOR, type Role } from './door-table.js';

/** Lists every route of the service with its requirement. Every new route must be added here. */
const ROUTES: Readonly<Record<string, string>> = {
  'GET /api/v3/secrets': 'secret_list',
  'GET /api/v3/secrets/{key}': 'secret_get',
  'PUT /api/v3/secrets/{key}': 'secret_create',
  'PATCH /api/v3/secrets/{key}': 'secret_update',
  'PATCH /api/v3/secrets/{key}/set-visibility': 'secret_update',
  'PATCH /api/v3/secrets/{key}/set-global': 'secret_update',
  'DELETE /api/v3/secrets/{key}': 'secret_delete',
  'GET /api/v3/secrets/share/export': 'secret_export',
  'POST /api/v3/secrets/share/import': 'secret_import',
  'GET /api/v3.1/secrets/share/export': 'secret_export',
  'POST /api/v3.1/secrets/share/import': 'secret_import',
  'GET /api/v3.1/secrets': 'secret_list',
  'GET /api/v3.1/changes/secrets': 'secret_list',
  'GET /api/v3.1/secrets/{key}': 'secret_get',
  'PUT /api/v3.1/secrets/{key}': 'secret_create',
  'PATCH /api/v3.1/secrets/{key}': 'secret_update',
  'PATCH /api/v3.1/secrets/{key}/set-visibility': 'secret_update',
  'PATCH /api/v3.1/secrets/{key}/set-global': 'secret_update',
  'POST /api/v3.1/secrets/{key}/move': 'secret_update',
  'POST /api/v3.1/secrets/{key}/copy': 'secret_get',
  'POST /api/v3.1/bulk/secrets/move': 'secret_update',
  'GET /api/v3.1/secrets/{key}/reads': 'secret_list',
  'GET /api/v3.1/secrets/{key}/versions': 'secret_version_get',
  'POST /api/v3.1/secrets/{key}/versions/{version}/restore': 'secret_version_restore',
  'DELETE /api/v3.1/secrets/{key}/versions/{version}': 'secret_version_destroy',
  'GET /api/v3/secrets-providers': 'secret_list',
  'GET /api/v3/secrets-providers/{name}': 'secret_list',
  'GET /api/v3.1/secrets-providers': 'secret_list',
  'GET /api/v3.1/secrets-providers/{name}': 'secret_list',
  'DELETE /api/v3.1/secrets/{key}': 'secret_delete',
  'GET /api/v3.1/trash/secrets': 'trash_list',
  'POST /api/v3.1/trash/secrets/{id}/restore': 'secret_restore',
  'DELETE /api/v3.1/trash/secrets/{id}': 'secret_purge',
  'POST /api/v3/searches/secrets': 'secret_list',
  'POST /api/v3.1/searches/secrets': 'secret_list',
  'POST /api/v3.1/bulk/secrets/read': 'secret_get',
  'POST /api/v3.1/bulk/secrets/write': 'secret_create',
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
  'GET /api/v3.1/tenants/{name}/settings': 'tenant_get',
  'PATCH /api/v3.1/tenants/{name}/settings': 'tenant_update_settings',
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
  'DELETE /api/v3.1/tokens': 'delete_token',
  'DELETE /api/v3.1/tokens/{id}': 'delete_token',
  'DELETE /api/v3.1/users/{name}/tokens': 'manage_others_tokens',
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
  'GET /api/v3.1/audit': 'audit_get',
  'GET /api/v3.1/audit/export': 'audit_get',
  'GET /api/v3.1/audit/keys': 'audit_get',
  'GET /api/v3.1/audit/checkpoint': 'audit_get',
  'GET /api/v3.1/audit/checkpoints': 'audit_get',
  'GET /api/v3.1/audit/proofs/inclusion': 'audit_get',
  'GET /api/v3.1/audit/proofs/consistency': 'audit_get',
  'GET /api/v3.1/audit/all': 'audit_get_all',
  'GET /api/v3.1/audit/all/export': 'audit_get_all',
  'GET /api/v3.1/audit/all/keys': 'audit_get_all',
  'GET /api/v3.1/audit/all/checkpoint': 'audit_get_all',
  'GET /api/v3.1/audit/all/checkpoints': 'audit_get_all',
  'GET /api/v3.1/audit/all/proofs/inclusion': 'audit_get_all',
  'GET /api/v3.1/audit/all/proofs/consistency': 'audit_get_all',
  'GET /': 'public',
  'GET /health/live': 'public',
  'GET /health/ready': 'public',
  'GET /health/startup': 'public',
};

/** Matches routes that admit every caller but check the permission for changes to other users themselves. */
const REFUSED_INSIDE = /^POST \/api\/v3(\.1)?\/users\/\{name\}$/;

/**
 * Lists the routes that are open during maintenance beside the public ones; all others are closed without being listed.
 */
const OPEN_IN_MAINTENANCE = new Set(
  ['v3', 'v3.1'].flatMap((version) =>
    [
      ...['GET /status', 'GET /version', 'GET /user', 'GET /config', 'GET /license', 'GET /tokens'],
      ...['GET /maintenance', 'POST /maintenance/{action}', 'POST /tokens', 'GET /tokens/{id}'],
      ...[
        'DELETE /tokens/{id}',
        'DELETE /tokens',
        'DELETE /users/{name}/tokens',
        'GET /managers',
        'GET /brokers',
        'GET /db-nodes',
        'GET /provider/context',
      ],
    ].map((route) => route.replace(' ', ` /api/${version}`)),
  ),
).add('GET /api/version');

const CLOSED = [503, 'maintenance_mode_active'];

/** Matches the API documentation, which the framework serves. */
const DOCUMENTS = /^\/api\/docs/;

/** Returns the roles that a permission's row admits. */
function welcome(permission: string): Role[] {
  return ROLES.filter((_, column) => DOORS[permission]?.[column] !== '-');
}

/**
 * Returns a path of the route that names nothing that exists, except for a tenant in which the caller's role is looked
 * up.
 */
function exampleOf(route: string): { method: string; path: string } {
  const [method = '', template = ''] = route.split(' ');
  const path = template
    .replace('/tenants/{name}', '/tenants/default_tenant')
    .replace(/\{[^}]+\}/g, 'some-key');
  return { method, path };
}

describe('every route of the running application', () => {
  let room: Strongroom;
  const holders = new Map<Role, readonly As[]>();
  /** Maps the ids of refused requests to their routes. */
  const refusals = new Map<string, string>();
  beforeAll(async () => {
    room = await Strongroom.start();
    for (const role of ROLES) holders.set(role, await holdersOf(role));
  });
  afterAll(() => room.stop());

  /** Creates a user with the role, and a user with the role through a group alone. */
  async function holdersOf(role: Role): Promise<As[]> {
    const names = [`${role}-directly`, `${role}-by-group`];
    for (const name of names) await room.user(name, `password-of-${name}`);
    const [direct = '', grouped = ''] = names;
    if (role === 'sys_admin') await room.call(ADMIN, 'POST', `/api/v3.1/users/${direct}`, { role });
    else if (role !== 'default') await room.join(direct, 'default_tenant', role);
    const given =
      role === 'sys_admin' || role === 'default' ? { systemRole: role } : { tenant: 'default_tenant', role };
    await room.group(`group-${role}`, [grouped], given);
    return names.map((name) => ({ login: `${name}:password-of-${name}`, tenant: 'default_tenant' }));
  }

  /** Returns the router's own list of routes, as it prints it. */
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
    // One handler may serve several paths.
    expect(new Set(declared)).toEqual(new Set(Object.values(ROUTES)));
  });

  it('is recorded in a log that its action may go to', () => {
    const declared = room.service.app.get(DeclaredRoutes).all();
    const misplaced = declared.filter(({ action, inTenant }) => {
      if (action === undefined) return false;
      const { log } = AUDIT_ACTIONS[action];
      return log !== 'either' && (log === 'tenant') !== inTenant;
    });
    expect(misplaced).toEqual([]);
    expect(
      declared
        .filter(({ action }) => action === undefined)
        .every(({ permission }) => permission === 'public'),
    ).toBe(true);
  });

  it('needs permissions of the table of doors, which names all others that roles hold', async () => {
    const stored = await room.database.asSuperuser<{ permission: string; roles: string[] }>(
      'SELECT permission, array_agg(role) AS roles FROM role_permissions GROUP BY permission',
    );
    const needed = new Set(Object.values(ROUTES).filter((permission) => permission !== 'public'));
    expect([...needed].sort()).toEqual(Object.keys(DOORS).sort());
    expect(stored.map(({ permission }) => permission).sort()).toEqual(
      [...Object.keys(DOORS), ...Object.keys(WITHOUT_DOOR)].sort(),
    );
    for (const { permission, roles } of stored.filter((row) => row.permission in DOORS)) {
      const holding = ROLES.filter((role) => roles.includes(role) || roles.includes('default'));
      expect([permission, holding]).toEqual([permission, welcome(permission)]);
    }
  });

  it.each(Object.entries(ROUTES))('%s needs %s', async (route, permission) => {
    const { method, path } = exampleOf(route);
    expect((await room.send({ method, path })).status).toBe(permission === 'public' ? 200 : 401);
    const passed = new Set(permission === 'public' ? ROLES : welcome(permission));
    for (const [role, callers] of holders) {
      for (const caller of callers) {
        const { status, body, headers } = await room.call(caller, method, path);
        const refused = [401, 403].includes(status);
        if (passed.has(role))
          expect([role, REFUSED_INSIDE.test(route) && role !== 'sys_admin']).toEqual([role, refused]);
        else {
          expect([role, status, body.error_code]).toEqual([role, 403, 'forbidden_error']);
          expect(body.message).toContain(permission);
          refusals.set(String(headers['x-request-id']), route);
        }
      }
    }
  });

  it('leaves one event of each refusal, always the same action', async () => {
    const rows = await room.database.asSuperuser<{ request: string; actions: string[] }>(
      `SELECT body::json #>> '{caller,request_id}' AS request, array_agg(action) AS actions FROM audit_events
       WHERE outcome = 'forbidden' GROUP BY 1`,
    );
    const recorded = new Map(rows.map(({ request, actions }) => [request, actions]));
    const actionsOf = new Map<string, Set<string>>();
    for (const [request, route] of refusals) {
      const actions = recorded.get(request) ?? [];
      expect([route, actions]).toEqual([route, [expect.any(String)]]);
      actionsOf.set(route, (actionsOf.get(route) ?? new Set()).add(actions[0] ?? ''));
    }
    const refusing = Object.entries(ROUTES).filter(
      ([, permission]) => permission !== 'public' && welcome(permission).length < ROLES.length,
    );
    expect([...actionsOf.keys()].sort()).toEqual(refusing.map(([route]) => route).sort());
    expect([...actionsOf].filter(([, actions]) => actions.size !== 1)).toEqual([]);
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
