import { Command, Option } from 'commander';
import { UsersService } from '../users/users.service.js';
import type { Terminal } from './terminal.js';
import { withServices } from './with-services.js';

const passwordHelp = (command: string): string => `
The password is prompted for, or read from standard input:
  strongroom-admin user ${command} alice < password.txt`;

export function userCommand(io: Terminal): Command {
  return new Command('user')
    .description('users and their passwords')
    .addCommand(create(io))
    .addCommand(setPassword(io));
}

function create(io: Terminal): Command {
  const role = new Option('--role <role>', 'the system role')
    .choices(['default', 'sys_admin'])
    .default('default');
  return new Command('create')
    .description('create a user')
    .argument('<username>', 'a letter, then letters, digits, `-`, `.`, `_`, `~`; at most 256')
    .addOption(role)
    .addHelpText('after', passwordHelp('create'))
    .action(async (username: string, options: { role: 'default' | 'sys_admin' }) => {
      const password = await io.readPassword('Password');
      await withServices(io, async (services, caller) => {
        await services.get(UsersService).create({ username, password, systemRole: options.role }, caller);
        io.write(`Created the user ${username}; \`strongroom-admin tenant add-user\` adds it to a tenant\n`);
      });
    });
}

function setPassword(io: Terminal): Command {
  return new Command('set-password')
    .description("change a user's password and unlock the name; takes effect on the next request")
    .argument('<username>', "the user's name")
    .option('--end-tokens', "also end all of the user's tokens")
    .addHelpText('after', passwordHelp('set-password'))
    .action(async (username: string, options: { endTokens?: true }) => {
      const password = await io.readPassword('New password');
      await withServices(io, async (services, caller) => {
        await services.get(UsersService).setPassword(username, password, caller, options);
        io.write(`Changed the password of ${username}\n`);
      });
    });
}
