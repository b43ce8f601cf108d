import { KNOWN_ROLES } from '../../users/permissions/known-permissions.js';
import { RolePermissions } from '../../users/permissions/role-permissions.service.js';
import type { RolePermission } from '../../users/permissions/role-permission.js';
import type { Call } from '../commands/command-spec.js';
import { done, list, record, type Output } from '../output/output.js';
import { withServices } from '../with-services.js';
import { allPages } from './all-pages.js';

const KINDS = { system_role: 'of the system', tenant_role: 'in a tenant' } as const;

export async function listRoles({ io }: Call): Promise<Output> {
  const permissions = await readPermissions(io);
  const roles = Object.entries(KNOWN_ROLES).map(([role, kind]) => ({
    name: role,
    type: kind,
    permissions: permissions.filter((each) => each.role === role).length,
  }));
  return list(roles, {
    columns: [
      ['NAME', ({ name }) => name],
      ['ROLE', ({ type }) => KINDS[type]],
      ['PERMISSIONS', ({ permissions: number }) => number],
    ],
    id: ({ name }) => name,
    none: 'There are no roles',
  });
}

export async function showRole({ io, args: [role] }: Call<[string]>): Promise<Output> {
  const found = await readPermissions(io, role);
  const permissions = found.map(({ permission }) => permission);
  const type = KNOWN_ROLES[role as keyof typeof KNOWN_ROLES];
  const shown = record({ name: role, type, permissions }, role, [
    ['Role', role],
    ['Kind', KINDS[type]],
    ['Permissions', permissions],
  ]);
  return { ...shown, quiet: permissions };
}

export async function listPermissions({ io, options }: Call<[], { role?: string }>): Promise<Output> {
  return list(await readPermissions(io, options.role), {
    columns: [
      ['ROLE', ({ role }) => role],
      ['PERMISSION', ({ permission }) => permission],
    ],
    id: ({ role, permission }) => `${role} ${permission}`,
    none: 'No role has a permission',
  });
}

export async function showPermission({ io, args: [permission] }: Call<[string]>): Promise<Output> {
  const all = await readPermissions(io);
  const roles = all.filter((each) => each.permission === permission).map(({ role }) => role);
  const shown = record({ permission, roles }, permission, [
    ['Permission', permission],
    ['Roles', roles],
  ]);
  return { ...shown, quiet: roles };
}

export function grantPermission({ io, args: [role, permission] }: Call<[string, string]>): Promise<Output> {
  return withServices(io, async (services, caller) => {
    await services.get(RolePermissions).add({ role, permission }, caller);
    return done(`The role ${role} has the permission ${permission} now`, { role, permission });
  });
}

export function revokePermission({ io, args: [role, permission] }: Call<[string, string]>): Promise<Output> {
  return withServices(io, async (services, caller) => {
    await services.get(RolePermissions).remove({ role, permission }, caller);
    return done(`The role ${role} no longer has the permission ${permission}`, { role, permission });
  });
}

function readPermissions(io: Call['io'], role?: string): Promise<RolePermission[]> {
  return withServices(io, (services, caller) =>
    allPages((options) => services.get(RolePermissions).list(options, role, caller)),
  );
}
