import type { Command } from 'commander';
import { TENANT_ROLES } from '../roles.js';
import type { MakeCommand } from './command-spec.js';
import { argument, groupOf, required, YES } from './make-command.js';
import { NAME_RULE } from './name-rule.js';

const load = () => import('../actions/tenants.js');
const loadMembers = () => import('../actions/tenant-members.js');

const TENANT = argument('<tenant>', 'name of the tenant');
const USER = argument('<username>', 'name of the user');
const GROUP = argument('<group>', 'name of the user group');
const roleOf = (who: string) =>
  required('--role <role>', `what the ${who} may do in the tenant`, TENANT_ROLES);

export function tenantCommand(make: MakeCommand): Command {
  return groupOf('tenant', 'tenants, and the users and user groups in them', [
    ...ofTenants(make),
    ...ofUsers(make),
    ...ofGroups(make),
  ]);
}

function ofTenants(make: MakeCommand): Command[] {
  return [
    make({
      name: 'list',
      summary: 'list the tenants, with the number of users and groups in each',
      example: 'tenant list',
      load: async () => (await load()).listTenants,
    }),
    make({
      name: 'show',
      summary: 'show a tenant, with its users and groups and their roles',
      arguments: [TENANT],
      example: 'tenant show payments',
      load: async () => (await load()).showTenant,
    }),
    make({
      name: 'create',
      summary: 'create a tenant with a key of its own',
      arguments: [argument('<tenant>', NAME_RULE)],
      example: 'tenant create payments',
      load: async () => (await load()).createTenant,
    }),
    make({
      name: 'delete',
      summary: 'delete a tenant that has no users, groups and secrets',
      arguments: [TENANT],
      options: [YES()],
      example: 'tenant delete payments --yes',
      load: async () => (await load()).deleteTenant,
    }),
  ];
}

function ofUsers(make: MakeCommand): Command[] {
  return [
    make({
      name: 'add-user',
      summary: 'make a user a member of a tenant',
      arguments: [TENANT, USER],
      options: [roleOf('user')],
      example: 'tenant add-user payments alice --role user',
      load: async () => (await loadMembers()).addUser,
    }),
    make({
      name: 'set-role',
      summary: "change a user's role in a tenant",
      arguments: [TENANT, USER],
      options: [roleOf('user')],
      example: 'tenant set-role payments alice --role manager',
      load: async () => (await loadMembers()).setUserRole,
    }),
    make({
      name: 'remove-user',
      summary: "end a user's membership of a tenant",
      arguments: [TENANT, USER],
      example: 'tenant remove-user payments alice',
      load: async () => (await loadMembers()).removeUser,
    }),
  ];
}

function ofGroups(make: MakeCommand): Command[] {
  return [
    make({
      name: 'add-group',
      summary: 'make a user group a member of a tenant',
      arguments: [TENANT, GROUP],
      options: [roleOf('users of the group')],
      example: 'tenant add-group payments developers --role viewer',
      load: async () => (await loadMembers()).addGroup,
    }),
    make({
      name: 'set-group-role',
      summary: "change a user group's role in a tenant",
      arguments: [TENANT, GROUP],
      options: [roleOf('users of the group')],
      example: 'tenant set-group-role payments developers --role user',
      load: async () => (await loadMembers()).setGroupRole,
    }),
    make({
      name: 'remove-group',
      summary: "end a user group's membership of a tenant",
      arguments: [TENANT, GROUP],
      example: 'tenant remove-group payments developers',
      load: async () => (await loadMembers()).removeGroup,
    }),
  ];
}
