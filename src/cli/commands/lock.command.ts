import type { Command } from 'commander';
import type { MakeCommand } from './command-spec.js';
import { argument, groupOf, option } from './make-command.js';

const load = () => import('../actions/locks.js');

export function lockCommand(make: MakeCommand): Command {
  return groupOf('lock', 'logins that are locked after too many failures', [
    make({
      name: 'list',
      summary: 'list who is locked now, for which source and until when',
      example: 'lock list',
      load: async () => (await load()).listLocks,
    }),
    make({
      name: 'show',
      summary: 'show the locks of a user',
      arguments: [argument('<username>', 'name of the user')],
      example: 'lock show alice',
      load: async () => (await load()).showLocks,
    }),
    make({
      name: 'clear',
      summary: 'end the locks of a user, or all locks',
      arguments: [argument('[username]', 'name of the user')],
      options: [option('--all', 'end all locks, also those of sources and of names that nobody has')],
      example: 'lock clear alice',
      load: async () => (await load()).clearLocks,
    }),
  ]);
}
