import { Command, CommanderError } from 'commander';
import { commandName } from '../common/command-name.js';
import { DomainError } from '../common/domain-error.js';
import { packageVersion } from '../common/package-version.js';
import { StartupError } from '../common/startup-error.js';
import { explainedServerError } from '../database/connection/connection-problem.js';
import { doctorCommand } from './doctor.command.js';
import { importCloudifyCommand } from './import-cloudify.command.js';
import { migrateCommand } from './migrate.command.js';
import { tenantCommand } from './tenant.command.js';
import { terminal, type Terminal } from './terminal.js';
import { userCommand } from './user.command.js';

const EXIT_CODES = `
Exit codes: 0 done; 1 refused or failed, with one line on standard error that says why; 2 wrong usage.
The environment is the service's own: see docs/configuration.md.`;

/** Runs one command line and returns its exit code. */
export async function runCommand(args: readonly string[], io: Terminal = terminal): Promise<number> {
  try {
    await program(io).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    io.error(explanation(error));
    return 1;
  }
}

function program(io: Terminal): Command {
  const root = new Command(commandName())
    .description('Administers a Strongroom installation')
    .version(packageVersion(), '--version', 'print the version')
    .addHelpText('after', EXIT_CODES);
  for (const make of [migrateCommand, tenantCommand, userCommand, importCloudifyCommand, doctorCommand])
    root.addCommand(make(io));
  configure(root, io);
  return root;
}

/** Makes wrong usage throw instead of ending the process, and directs all output to `io`. */
function configure(command: Command, io: Terminal): void {
  command.exitOverride().helpOption('--help', 'show this help');
  command.showHelpAfterError('(add --help for the usage)');
  command.configureOutput({
    writeOut: (text) => io.write(text),
    writeErr: (text) => io.error(text.trimEnd()),
  });
  for (const child of command.commands) configure(child, io);
}

/** Explains an error in one line. The message of an unknown error may hold anything, so it is not shown. */
function explanation(error: unknown): string {
  if (error instanceof DomainError || error instanceof StartupError) return error.message;
  const cause = explainedServerError(error);
  if (cause !== undefined) return `The database: ${cause}`;
  const name = error instanceof Error ? error.name : typeof error;
  return `Unexpected failure (${name}); \`${commandName()} doctor\` may say more`;
}
