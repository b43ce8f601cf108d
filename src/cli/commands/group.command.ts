import type { Command } from 'commander';
import { SYSTEM_ROLES } from '../roles.js';
import type { MakeCommand } from './command-spec.js';
import { argument, groupOf, option, required, YES } from './make-command.js';
import { NAME_RULE } from './name-rule.js';

const load = () => import('../actions/groups.js');

const GROUP = argument('<group>', 'name of the user group; case is ignored');
const USER = argument('<username>', 'name of the user');

export function groupCommand(make: MakeCommand): Command {
  return groupOf('group', 'user groups and their members', [...ofGroups(make), ...ofMembers(make)]);
}

function ofGroups(make: MakeCommand): Command[] {
  return [
    make({
      name: 'list',
      summary: 'list the user groups, with the number of tenants and users of each',
      example: 'group list',
      load: async () => (await load()).listGroups,
    }),
    make({
      name: 'show',
      summary: 'show a user group, with its tenants and users',
      arguments: [GROUP],
      example: 'group show developers',
      load: async () => (await load()).showGroup,
    }),
    make({
      name: 'create',
      summary: 'create a user group',
      arguments: [argument('<group>', NAME_RULE)],
      options: [
        option('--role <role>', 'the system role of its users').choices(SYSTEM_ROLES).default('default'),
        option('--ldap-dn <dn>', 'the group of a directory service that it stands for'),
      ],
      example: 'group create developers',
      load: async () => (await load()).createGroup,
    }),
    make({
      name: 'delete',
      summary: 'delete a user group, and the roles that its users have through it',
      arguments: [GROUP],
      options: [YES()],
      example: 'group delete developers --yes',
      load: async () => (await load()).deleteGroup,
    }),
  ];
}

function ofMembers(make: MakeCommand): Command[] {
  return [
    make({
      name: 'set-role',
      summary: 'change the system role that users have through a group',
      arguments: [GROUP],
      options: [required('--role <role>', 'the system role of its users', SYSTEM_ROLES)],
      example: 'group set-role developers --role default',
      load: async () => (await load()).setGroupRole,
    }),
    make({
      name: 'add-user',
      summary: 'make a user a member of a group',
      arguments: [GROUP, USER],
      example: 'group add-user developers alice',
      load: async () => (await load()).addUserToGroup,
    }),
    make({
      name: 'remove-user',
      summary: "end a user's membership of a group",
      arguments: [GROUP, USER],
      example: 'group remove-user developers alice',
      load: async () => (await load()).removeUserFromGroup,
    }),
  ];
}
