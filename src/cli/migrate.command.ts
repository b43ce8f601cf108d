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
      for (const line of firstStartNotice(installation)) io.error(line);
      await installation.close();
      for (const name of installation.appliedMigrations) io.write(`applied ${name}\n`);
      for (const problem of installation.mended) io.write(`mended: ${problem}\n`);
      if (installation.functionsInstalled) io.write('installed the functions\n');
      io.write('The database is up to date\n');
    });
}
