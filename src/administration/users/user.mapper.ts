import type { ApiVersion } from '../../api/http/api-version.decorator.js';
import { formatTime } from '../../api/time-format.js';
import type { DescribedUser, TenantRoleOfUser } from '../../users/user-overview.js';
import type { TenantRolesV3, UserTenantRolesV3, UserV3 } from './dto/user-v3.js';
import { shownRole } from './system-role.js';

export function toUserV3(described: DescribedUser, withData: boolean, version: ApiVersion): UserV3 {
  const { user, locked, tenantRoles, groups } = described;
  return {
    username: user.username,
    ...(withData ? dataOf(described) : countsOf(tenantRoles, groups)),
    role: shownRole(user.systemRole, version),
    group_system_roles: groupedByFirst(
      groups.map(({ name, systemRole }) => [shownRole(systemRole, version), name] as const),
    ),
    active: user.active,
    created_at: formatTime(user.createdAt),
    first_login_at: user.firstLoginAt === null ? null : formatTime(user.firstLoginAt),
    last_login_at: user.lastLoginAt === null ? null : formatTime(user.lastLoginAt),
    is_locked: locked,
    show_getting_started: user.showGettingStarted,
    password_hash: null,
  };
}

type Memberships = Pick<UserV3, 'tenants' | 'tenant_roles' | 'groups'>;

function countsOf(roles: readonly TenantRoleOfUser[], groups: readonly unknown[]): Memberships {
  const tenants = new Set(roles.map(({ tenant }) => tenant)).size;
  return { tenants, tenant_roles: null, groups: groups.length };
}

function dataOf({ tenantRoles, groups }: DescribedUser): Memberships {
  return {
    tenants: rolesByTenant(tenantRoles),
    tenant_roles: rolesBySource(tenantRoles),
    groups: groups.map(({ name }) => name).sort(),
  };
}

function rolesByTenant(all: readonly TenantRoleOfUser[]): Record<string, TenantRolesV3> {
  return Object.fromEntries(
    [...byTenant(all)].map(([name, roles]) => {
      const own = roles.find(({ group }) => group === null)?.role ?? null;
      return [name, { 'tenant-role': own, roles: [...new Set(roles.map(({ role }) => role))].sort() }];
    }),
  );
}

function rolesBySource(all: readonly TenantRoleOfUser[]): UserTenantRolesV3 {
  const byGroups = byTenant(all.filter(({ group }) => group !== null));
  return {
    direct: Object.fromEntries(
      all.filter(({ group }) => group === null).map(({ tenant, role }) => [tenant, role]),
    ),
    groups: Object.fromEntries(
      [...byGroups].map(([name, roles]) => [
        name,
        groupedByFirst(roles.map(({ role, group }) => [role, group ?? ''] as const)),
      ]),
    ),
  };
}

function byTenant(roles: readonly TenantRoleOfUser[]): ReadonlyMap<string, TenantRoleOfUser[]> {
  const found = new Map<string, TenantRoleOfUser[]>();
  for (const role of roles) {
    const others = found.get(role.tenant);
    if (others === undefined) found.set(role.tenant, [role]);
    else others.push(role);
  }
  return found;
}

/** Groups the second items of the pairs by the first. */
function groupedByFirst(pairs: readonly (readonly [string, string])[]): Record<string, string[]> {
  const names = [...new Set(pairs.map(([name]) => name))];
  return Object.fromEntries(
    names.map((name) => [
      name,
      pairs
        .filter(([other]) => other === name)
        .map(([, value]) => value)
        .sort(),
    ]),
  );
}
