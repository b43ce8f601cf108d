import type { Command } from 'commander';
import { commandName } from '../../common/command-name.js';
import type { MakeCommand } from './command-spec.js';
import { argument, option } from './make-command.js';

const notes = (program: string): string => `
A running manager is read as one of its administrators, whose password is asked for at a terminal, or read from standard input.
From a file, only secrets can be moved. What exists already stays as it is, so the command can be run again.

  ${program} import-cloudify https://manager.example.com --ca ca.pem --passwords-file new-passwords.txt
  ${program} import-cloudify exported.json --create-tenants --passphrase-file passphrase.txt

Progress goes to standard error, the report to standard output. See docs/moving-from-cloudify.md.`;

export function importCloudifyCommand(make: MakeCommand): Command {
  return make({
    name: 'import-cloudify',
    summary: 'move tenants, users, groups, roles and secrets from a Cloudify Manager',
    arguments: [argument('<source>', "the manager's URL, or a file that `cfy secrets export` wrote")],
    options: [
      option('--dry-run', 'show what would happen, and change nothing'),
      option('--passwords-file <file>', 'a new file for the random passwords of new users'),
      option('--invite', 'give new users no password: set one for each with `user set-password`'),
      option('--override', 'replace secrets that exist already'),
      option(
        '--owner <username>',
        'an administrator of this installation, who is to own the secrets whose creator has no user here',
      ),
      option('--username <username>', 'an administrator of the manager').default('admin'),
      option('--password-file <file>', 'a file with the password of that administrator'),
      option('--token-file <file>', 'a file with a token for the manager, instead of a password'),
      option('--tenant <name>', 'the tenant of the manager to name in requests').default('default_tenant'),
      option('--ca <file>', "certificates (PEM) to check the manager's certificate with"),
      option(
        '--insecure',
        "do not check the manager's certificate: anyone on the network path can read everything",
      ),
      option('--passphrase-file <file>', 'a file with the passphrase of an exported file'),
      option('--create-tenants', 'create the tenants that an exported file names'),
    ],
    notes: notes(commandName()).trim(),
    example: 'import-cloudify https://manager.example.com --dry-run',
    load: async () => (await import('../actions/import-cloudify.js')).importCloudify,
  });
}
