import type { Command } from 'commander';
import { SYSTEM_ROLES } from '../roles.js';
import type { MakeCommand } from './command-spec.js';
import { argument, groupOf, option, required, YES } from './make-command.js';
import { NAME_RULE } from './name-rule.js';

const load = () => import('../actions/users.js');
const loadPasswords = () => import('../actions/passwords.js');

const USER = argument('<username>', 'name of the user; case is ignored');
const PASSWORD_NOTE =
  'The password is asked for at a terminal; otherwise it is the one line of standard input.';

export function userCommand(make: MakeCommand): Command {
  return groupOf('user', 'users, their passwords and their system roles', [
    ...ofUsers(make),
    ...ofRights(make),
  ]);
}

function ofUsers(make: MakeCommand): Command[] {
  return [
    make({
      name: 'list',
      summary: 'list the users',
      example: 'user list',
      load: async () => (await load()).listUsers,
    }),
    make({
      name: 'show',
      summary: 'show a user, with the roles in each tenant and the groups',
      arguments: [USER],
      example: 'user show alice',
      load: async () => (await load()).showUser,
    }),
    make({
      name: 'create',
      summary: 'create a user',
      arguments: [argument('<username>', NAME_RULE)],
      options: [option('--role <role>', 'the system role').choices(SYSTEM_ROLES).default('default')],
      notes: PASSWORD_NOTE,
      example: 'user create alice < password.txt',
      load: async () => (await loadPasswords()).createUser,
    }),
    make({
      name: 'delete',
      summary: 'delete a user who owns no secrets',
      arguments: [USER],
      options: [YES()],
      example: 'user delete alice --yes',
      load: async () => (await load()).deleteUser,
    }),
  ];
}

function ofRights(make: MakeCommand): Command[] {
  return [
    make({
      name: 'set-password',
      summary: "change a user's password and unlock the name; takes effect on the next request",
      arguments: [USER],
      options: [option('--end-tokens', 'also end all tokens of the user')],
      notes: PASSWORD_NOTE,
      example: 'user set-password alice < password.txt',
      load: async () => (await loadPasswords()).setPassword,
    }),
    make({
      name: 'set-role',
      summary: "change a user's system role",
      arguments: [USER],
      options: [required('--role <role>', 'the system role', SYSTEM_ROLES)],
      example: 'user set-role alice --role sys_admin',
      load: async () => (await load()).setRole,
    }),
    make({
      name: 'activate',
      summary: 'let a user log in again',
      arguments: [USER],
      example: 'user activate alice',
      load: async () => (await load()).activateUser,
    }),
    make({
      name: 'deactivate',
      summary: 'keep a user from logging in, from the next request on',
      arguments: [USER],
      example: 'user deactivate alice',
      load: async () => (await load()).deactivateUser,
    }),
    make({
      name: 'unlock',
      summary: 'unlock a user after too many failed logins',
      arguments: [USER],
      example: 'user unlock alice',
      load: async () => (await load()).unlockUser,
    }),
  ];
}
