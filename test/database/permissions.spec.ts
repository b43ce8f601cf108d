import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DeclaredRoutes } from '../../src/tenant-scope/declared-routes.js';
import { Strongroom } from '../support/strongroom.js';

/** Lists the columns of the table in section 6 of the reference of Cloudify's API, and our own role at the end. */
const ROLES = ['sys_admin', 'manager', 'user', 'operations', 'viewer', 'default', 'auditor'];

/** Copies the table's rows that name their permissions: a letter for each role above, in its order. */
const TABLE: readonly (readonly [permissions: string, roles: string])[] = [
  ['secret_get secret_list', 'ymuov--'],
  ['secret_create secret_update secret_delete secret_export secret_import', 'ymu----'],
  ['administrators', 'ym-----'],
  ['create_global_resource all_tenants set_owner set_timestamp', 'y------'],
  ['tenant_list user_get_self token_get version_get status_get', 'ymuovda'],
  ['maintenance_mode_get license_list', 'ymuovda'],
  ['create_token delete_token list_token', 'ymu-vda'],
  ['tenant_get', 'ymuo---'],
  // Ours: a Cloudify Manager has neither settings of tenants, a trash nor versions of secrets.
  ['tenant_update_settings secret_purge secret_version_destroy', 'ym-----'],
  ['tenant_update_bounds', 'y------'],
  ['trash_list secret_version_get', 'ymuov--'],
  ['secret_restore secret_version_restore', 'ymu----'],
  // Ours: a Cloudify Manager has no audit trail that is read by its roles.
  ['audit_get', 'ym----a'],
  ['audit_get_all', 'y------'],
  ['tenant_create tenant_delete', 'y------'],
  ['tenant_add_user tenant_update_user tenant_remove_user', 'y------'],
  ['tenant_add_user_group tenant_update_user_group tenant_remove_user_group', 'y------'],
  ['manage_others_tokens maintenance_mode_set', 'y------'],
];

const EXPECTED = new Map(
  TABLE.flatMap(([permissions, marks]) =>
    permissions
      .split(' ')
      .map((permission) => [permission, ROLES.filter((_, column) => marks[column] !== '-')] as const),
  ),
);

/** Matches the row `user_*, user_group_*`, which names no single permission. */
const ABOUT_USERS = /^user_(?!get_self$)/;

describe('what the roles may do', () => {
  let room: Strongroom;
  let stored: Map<string, string[]>;
  beforeAll(async () => {
    room = await Strongroom.start();
    const rows = await room.database.asSuperuser<{ permission: string; roles: string[] }>(
      'SELECT permission, array_agg(role) AS roles FROM role_permissions GROUP BY permission',
    );
    stored = new Map(rows.map(({ permission, roles }) => [permission, roles]));
  });
  afterAll(() => room.stop());

  it.each([...EXPECTED])('is for %s the part of %j', (permission, roles) => {
    expect([...(stored.get(permission) ?? [])].sort()).toEqual([...roles].sort());
  });

  it('is for all that concerns users and groups the part of sys_admin alone', () => {
    const aboutUsers = [...stored].filter(([permission]) => ABOUT_USERS.test(permission));
    for (const [permission, roles] of aboutUsers)
      expect([permission, roles]).toEqual([permission, ['sys_admin']]);
    const names = aboutUsers.map(([permission]) => permission);
    for (const kind of ['user', 'user_group']) {
      for (const action of ['create', 'delete', 'get', 'list', 'update']) {
        expect(names).toContain(`${kind}_${action}`);
      }
    }
  });

  it('is nothing that the table does not name', () => {
    const unnamed = [...stored.keys()].filter((name) => !EXPECTED.has(name) && !ABOUT_USERS.test(name));
    expect(unnamed).toEqual([]);
    expect([...new Set([...stored.values()].flat())].sort()).toEqual([...ROLES].sort());
  });

  it('covers what each running route needs, for the administrator at least', () => {
    const needed = room.service.app
      .get(DeclaredRoutes)
      .all()
      .filter(({ permission }) => permission !== 'public');
    expect(needed.length).toBeGreaterThan(0);
    const unheld = needed.filter(({ permission }) => !stored.get(permission)?.includes('sys_admin'));
    expect(unheld).toEqual([]);
  });

  it.each([
    ['manager', [200, 200, 200, 200]],
    ['user', [200, 200, 200, 200]],
    ['operations', [200, 403, 200, 403]],
    ['viewer', [200, 403, 200, 403]],
    ['auditor', [403, 403, 403, 403]],
  ])('lets a %s of a tenant list, write, read and delete with the answers %j', async (role, statuses) => {
    const tenant = `tenant-of-${role}`;
    const member = await room.tenant(tenant, role);
    const owner = await room.member(tenant, `${tenant}-owner`, 'manager');
    expect((await room.secret(owner, 'PUT', 'theirs', 'x')).status).toBe(200);
    const answers = [
      await room.call(member, 'GET', '/api/v3/secrets'),
      await room.secret(member, 'PUT', 'mine', 'x'),
      await room.secret(member, 'GET', 'theirs'),
      await room.secret(member, 'DELETE', 'theirs'),
    ];
    expect(answers.map(({ status }) => status)).toEqual(statuses);
  });

  it('follows the table as it is at the moment of the request', async () => {
    const member = await room.tenant('tenant-changing', 'viewer');
    const read = async () => (await room.call(member, 'GET', '/api/v3/secrets')).status;
    const revoke = "DELETE FROM role_permissions WHERE role = 'viewer' AND permission = 'secret_list'";
    expect(await read()).toBe(200);
    await room.database.asSuperuser(revoke);
    expect(await read()).toBe(403);
    await room.database.asSuperuser("INSERT INTO role_permissions VALUES ('viewer', 'secret_list')");
    expect(await read()).toBe(200);
  });
});
