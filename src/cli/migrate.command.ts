import { Command } from 'commander';
import { loadConfiguration } from '../config/load-configuration.js';
import { firstStartNotice } from '../bootstrap/startup-messages.js';
import { openInstallation } from '../bootstrap/installation.js';
import type { Terminal } from './terminal.js';

export function migrateCommand(io: Terminal): Command {
  return new Command('migrate')
    .description('bring the database up to this version; the service does the same when it starts')
    .action(async () => {
      const installation = await openInstallation(loadConfiguration(), (line) => io.error(line));
      const { appliedMigrations: applied } = installation;
      for (const line of firstStartNotice(installation)) io.error(line);
      await installation.close();
      for (const name of applied) io.write(`applied ${name}\n`);
      io.write(
        applied.length === 0 ? 'The database is up to date\n' : `Applied ${applied.length} migrations\n`,
      );
    });
}
