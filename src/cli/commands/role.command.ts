import type { Command } from 'commander';
import { KNOWN_PERMISSIONS } from '../../users/permissions/known-permissions.js';
import { ROLES } from '../roles.js';
import type { MakeCommand } from './command-spec.js';
import { argument, groupOf, option } from './make-command.js';
import { nearest } from './option-parsers.js';

const load = () => import('../actions/roles.js');

const ROLE = argument('<role>', 'name of the role').choices(ROLES);
const PERMISSION = argument('<permission>', 'name of the permission').argParser(
  nearest('permission', [...KNOWN_PERMISSIONS]),
);

export function roleCommand(make: MakeCommand): Command {
  return groupOf('role', 'the roles of the system and of tenants', [
    make({
      name: 'list',
      summary: 'list the roles, with the number of permissions of each',
      example: 'role list',
      load: async () => (await load()).listRoles,
    }),
    make({
      name: 'show',
      summary: 'show the permissions of a role',
      arguments: [ROLE],
      example: 'role show viewer',
      load: async () => (await load()).showRole,
    }),
  ]);
}

export function permissionCommand(make: MakeCommand): Command {
  return groupOf('permission', 'the permissions of roles; a change takes effect with the next request', [
    make({
      name: 'list',
      summary: 'list which role has which permission',
      options: [option('--role <role>', 'only of this role').choices(ROLES)],
      example: 'permission list --role viewer',
      load: async () => (await load()).listPermissions,
    }),
    make({
      name: 'show',
      summary: 'show which roles have a permission',
      arguments: [PERMISSION],
      example: 'permission show secret_create',
      load: async () => (await load()).showPermission,
    }),
    make({
      name: 'grant',
      summary: 'give a permission to a role',
      arguments: [ROLE, PERMISSION],
      example: 'permission grant viewer secret_export',
      load: async () => (await load()).grantPermission,
    }),
    make({
      name: 'revoke',
      summary: 'take a permission from a role',
      arguments: [ROLE, PERMISSION],
      example: 'permission revoke viewer secret_export',
      load: async () => (await load()).revokePermission,
    }),
  ]);
}
