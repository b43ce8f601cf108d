import type { TenantCounts, TenantMembers } from '../../tenants/tenant-overview.js';
import type { RolesOfUser, TenantV3 } from './dto/tenant-v3.js';

const NO_RABBITMQ = { rabbitmq_username: null, rabbitmq_password: null, rabbitmq_vhost: null };

export function toTenantV3(tenant: TenantCounts | TenantMembers): TenantV3 {
  if (!('direct' in tenant)) return { ...tenant, user_roles: null, ...NO_RABBITMQ };
  const { name, direct, groups } = tenant;
  const roles = Object.fromEntries(Object.entries(groups).map(([group, { role }]) => [group, role]));
  return { name, groups: roles, users: rolesOfUsers(tenant), user_roles: { direct, groups }, ...NO_RABBITMQ };
}

function rolesOfUsers({ direct, groups }: TenantMembers): Record<string, RolesOfUser> {
  const rolesByUser = new Map<string, Set<string>>();
  const addRole = (user: string, role: string) =>
    rolesByUser.set(user, (rolesByUser.get(user) ?? new Set()).add(role));
  for (const [user, role] of Object.entries(direct)) addRole(user, role);
  for (const { role, users } of Object.values(groups)) for (const user of users) addRole(user, role);
  const own = new Map(Object.entries(direct));
  return Object.fromEntries(
    [...rolesByUser].map(([user, roles]) => [
      user,
      { 'tenant-role': own.get(user) ?? null, roles: [...roles].sort() },
    ]),
  );
}
