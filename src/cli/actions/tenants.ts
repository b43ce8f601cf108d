import { toTenantV3 } from '../../administration/tenants/tenant-v3.mapper.js';
import { commandName } from '../../common/command-name.js';
import { printable } from '../../common/printable.js';
import { Configuration } from '../../config/configuration.js';
import { TenantsService } from '../../tenants/tenants.service.js';
import type { TenantMembers } from '../../tenants/tenant-overview.js';
import { TenantDirectory } from '../../users/tenant-directory.service.js';
import type { Call } from '../commands/command-spec.js';
import { done, list, record, type Output } from '../output/output.js';
import { withServices } from '../with-services.js';
import { allPages } from './all-pages.js';
import { requireConfirmation } from './confirmed.js';

export function listTenants({ io }: Call): Promise<Output> {
  return withServices(io, async (services, caller) => {
    const directory = services.get(TenantDirectory);
    const tenants = await allPages((options) => directory.listForOperator(options, caller));
    return list(tenants.map(tenantJson), {
      columns: [
        ['NAME', ({ name }) => name],
        ['USERS', ({ users }) => users],
        ['GROUPS', ({ groups }) => groups],
      ],
      id: ({ name }) => name,
      none: 'There are no tenants',
    });
  });
}

export function showTenant({ io, args: [name] }: Call<[string]>): Promise<Output> {
  return withServices(io, async (services, caller) => {
    const tenant = await services.get(TenantDirectory).readForOperator(name, caller);
    return record(tenantJson(tenant), tenant.name, [
      ['Tenant', tenant.name],
      ['Users', usersOf(tenant)],
      ['Groups', Object.entries(tenant.groups).map(([group, { role }]) => `${group} (${role})`)],
    ]);
  });
}

export function createTenant({ io, args: [name] }: Call<[string]>): Promise<Output> {
  return withServices(io, async (services, caller) => {
    await services.get(TenantsService).create(name, caller);
    const { adminUsername } = services.get(Configuration);
    return done(`Created the tenant ${name}`, { tenant: name }, [
      `To add a user:  ${commandName()} tenant add-user ${name} ${adminUsername} --role user`,
    ]);
  });
}

export async function deleteTenant({
  io,
  args: [name],
  options,
}: Call<[string], { yes?: true }>): Promise<Output> {
  await requireConfirmation(io, `Delete the tenant ${printable(name)}?`, options);
  return withServices(io, async (services, caller) => {
    await services.get(TenantsService).deleteByOperator(name, caller);
    return done(`Deleted the tenant ${name}`, { tenant: name });
  });
}

/** Returns a tenant as the API shows it, without the fields that only Cloudify has a use for. */
function tenantJson(tenant: Parameters<typeof toTenantV3>[0]) {
  const { name, users, groups, user_roles } = toTenantV3(tenant);
  return { name, users, groups, ...(user_roles === null ? {} : { user_roles }) };
}

/** Returns each user with the roles in the tenant, the user's own before those through groups. */
function usersOf({ direct, groups }: TenantMembers): string[] {
  const roles = new Map(Object.entries(direct).map(([user, role]) => [user, [role]]));
  for (const [group, { role, users }] of Object.entries(groups))
    for (const user of users) roles.set(user, [...(roles.get(user) ?? []), `${role} through ${group}`]);
  return [...roles].map(([user, held]) => `${user} (${held.join('; ')})`);
}
