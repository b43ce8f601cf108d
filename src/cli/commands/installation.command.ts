import type { Command } from 'commander';
import type { MakeCommand } from './command-spec.js';
import { argument, option } from './make-command.js';
import { wholeNumber } from './option-parsers.js';

const load = () => import('../actions/installation.js');

export function doctorCommand(make: MakeCommand): Command {
  return make({
    name: 'doctor',
    summary:
      'check configuration, database, roles, row-level security and keys; changes nothing, but records the check',
    options: [
      option('--watch', 'check again and again until Ctrl-C, and print a line only when something changes'),
      option('--interval <seconds>', 'with --watch: the pause between two checks (default: 60)').argParser(
        wholeNumber(1, 86_400),
      ),
    ],
    notes:
      'With --watch, --json prints one JSON document a line, and the exit code is that of the last check. Each check ' +
      'records an event.',
    example: 'doctor --watch --interval 30',
    load: async () => (await load()).examine,
  });
}

export function migrateCommand(make: MakeCommand): Command {
  return make({
    name: 'migrate',
    summary: 'bring the database up to this version; the service does the same when it starts',
    example: 'migrate',
    load: async () => (await load()).migrate,
  });
}

export function configCommand(make: MakeCommand): Command {
  return make({
    name: 'config',
    summary: 'show each variable with its value, secrets masked, and where it came from',
    example: 'config',
    load: async () => (await import('../actions/show-configuration.js')).showConfiguration,
  });
}

export function demoCommand(make: MakeCommand): Command {
  return make({
    name: 'demo',
    summary: 'make two tenants with users, roles, secrets and a token to try out',
    options: [
      option('--remove', 'remove what the demo made, and nothing else'),
      option('--force', 'also in an installation with NODE_ENV=production'),
    ],
    notes: 'It can be run again: the users then get new passwords, and the token is replaced.',
    example: 'demo',
    load: async () => (await import('../actions/demo.js')).demo,
  });
}

export function supportBundleCommand(make: MakeCommand): Command {
  return make({
    name: 'support-bundle',
    summary:
      'write a file for whoever helps you: versions, configuration, checks, sizes, settings; no secrets, no names',
    arguments: [
      argument(
        '[file]',
        'the file to write, which must not exist (by default strongroom-support-<time>.json)',
      ),
    ],
    options: [
      option(
        '--log-file <file>',
        'also the last 1,000 lines of this log of the service, without names and addresses',
      ),
      option('--list', 'only list what the file would contain, and write nothing'),
    ],
    notes: 'It works too where the database cannot be reached. Look into the file before you give it away.',
    example: 'support-bundle --log-file /var/log/strongroom.log',
    load: async () => (await import('../actions/support-bundle.js')).supportBundle,
  });
}
