import { commandName } from '../../common/command-name.js';
import { printable } from '../../common/printable.js';
import { UserGroupsService } from '../../users/groups/user-groups.service.js';
import type { Call } from '../commands/command-spec.js';
import { list, record, type Output } from '../output/output.js';
import { withServices } from '../with-services.js';
import { allPages } from './all-pages.js';
import { changeBy } from './change.js';
import { requireConfirmation } from './confirmed.js';

interface WithRole {
  readonly role: string;
}

export function listGroups({ io }: Call): Promise<Output> {
  return withServices(io, async (services, caller) => {
    const service = services.get(UserGroupsService);
    const groups = await allPages((options) => service.list(options, false, caller));
    return list(groups, {
      columns: [
        ['NAME', ({ name }) => name],
        ['SYSTEM ROLE', ({ role }) => role],
        ['TENANTS', ({ tenants }) => tenants],
        ['USERS', ({ users }) => users],
        ['LDAP DN', ({ ldap_dn: dn }) => dn],
      ],
      id: ({ name }) => name,
      none: 'There are no user groups',
    });
  });
}

export function showGroup({ io, args: [name] }: Call<[string]>): Promise<Output> {
  return withServices(io, async (services, caller) => {
    const group = await services.get(UserGroupsService).read(name, true, caller);
    return record(group, group.name, [
      ['Group', group.name],
      ['System role', group.role],
      ['LDAP DN', group.ldap_dn],
      ['Tenants', Object.entries(group.tenants).map(([tenant, role]) => `${tenant} (${String(role)})`)],
      ['Users', group.users],
    ]);
  });
}

export function createGroup({
  io,
  args: [name],
  options: { role, ldapDn },
}: Call<[string], WithRole & { ldapDn?: string }>): Promise<Output> {
  return changeBy(
    UserGroupsService,
    io,
    `Created the user group ${name}`,
    { group: name, role, ldap_dn: ldapDn ?? null },
    (groups, caller) => groups.create({ name, role, ldapDn: ldapDn ?? null }, caller),
    [`To list who can be added:  ${commandName()} user list`],
  );
}

export function setGroupRole({
  io,
  args: [name],
  options: { role },
}: Call<[string], WithRole>): Promise<Output> {
  return changeBy(
    UserGroupsService,
    io,
    `The system role of the users of ${name} is now ${role}`,
    { group: name, role },
    (groups, caller) => groups.setRole(name, role, caller),
  );
}

export function addUserToGroup({ io, args: [group, user] }: Call<[string, string]>): Promise<Output> {
  return changeBy(
    UserGroupsService,
    io,
    `${user} is now a member of ${group}`,
    { group, user },
    (groups, caller) => groups.addUser(group, user, caller),
  );
}

export function removeUserFromGroup({ io, args: [group, user] }: Call<[string, string]>): Promise<Output> {
  return changeBy(
    UserGroupsService,
    io,
    `${user} is no longer a member of ${group}`,
    { group, user },
    (groups, caller) => groups.removeUser(group, user, caller),
  );
}

export async function deleteGroup({
  io,
  args: [name],
  options,
}: Call<[string], { yes?: true }>): Promise<Output> {
  await requireConfirmation(io, `Delete the user group ${printable(name)}?`, options);
  return changeBy(
    UserGroupsService,
    io,
    `Deleted the user group ${name}`,
    { group: name },
    (groups, caller) => groups.delete(name, caller),
  );
}
