import { Command } from 'commander';
import { commandName } from '../common/command-name.js';
import { packageVersion } from '../common/package-version.js';
import { auditCommand } from './commands/audit.command.js';
import type { Dispatch } from './commands/command-spec.js';
import { completionCommand } from './commands/completion.command.js';
import { eventCommand, explainCommand } from './commands/event.command.js';
import { groupCommand } from './commands/group.command.js';
import { importCloudifyCommand } from './commands/import-cloudify.command.js';
import {
  configCommand,
  demoCommand,
  doctorCommand,
  migrateCommand,
  supportBundleCommand,
} from './commands/installation.command.js';
import { lockCommand } from './commands/lock.command.js';
import { maintenanceCommand } from './commands/maintenance.command.js';
import { argumentsOf, commandMaker } from './commands/make-command.js';
import { permissionCommand, roleCommand } from './commands/role.command.js';
import { tenantCommand } from './commands/tenant.command.js';
import { tokenCommand } from './commands/token.command.js';
import { userCommand } from './commands/user.command.js';
import { EXIT_CODES } from './exit-codes.js';
import type { Terminal } from './terminal.js';
import { usageError, usageHint } from './usage-error.js';

/** Lists the commands under the headings of the help. */
const COMMANDS = {
  'Who may do what:': [
    ...[tenantCommand, userCommand, groupCommand, roleCommand, permissionCommand],
    ...[tokenCommand, lockCommand],
  ],
  'What happened:': [eventCommand, explainCommand, auditCommand],
  'The installation:': [
    doctorCommand,
    configCommand,
    migrateCommand,
    maintenanceCommand,
    supportBundleCommand,
  ],
  'Begin:': [demoCommand, importCloudifyCommand, completionCommand],
};

const HELP = `
With --json a command prints one JSON document, with --quiet only names or ids. Standard output holds the result; hints,
questions and errors go to standard error.

Exit codes:
${Object.values(EXIT_CODES)
  .map(({ code, meaning }) => `  ${code}  ${meaning}`)
  .join('\n')}

The environment is the service's own: see \`${commandName()} config\`.

Example:
  ${commandName()} tenant list`;

/** Returns the whole command; `dispatch` runs what is called. Loads nothing that a command needs to do its work. */
export function program(dispatch: Dispatch, io: Pick<Terminal, 'write' | 'error'>): Command {
  const make = commandMaker(dispatch);
  const root = new Command(commandName())
    .description('Administers a Strongroom installation on its database, without HTTP')
    .usage('<command>')
    .version(packageVersion(), '--version', 'print the version')
    .helpCommand(false)
    .addHelpText('after', HELP);
  for (const [heading, makers] of Object.entries(COMMANDS))
    for (const makeCommand of makers) root.addCommand(makeCommand(make).helpGroup(heading));
  configure(root, io);
  return root;
}

/** Makes wrong usage throw instead of ending the process, and directs all output to `io`. */
function configure(command: Command, io: Pick<Terminal, 'write' | 'error'>): void {
  command.exitOverride().helpOption('-h, --help', 'show this help');
  command.configureHelp({ subcommandTerm });
  command.showHelpAfterError(usageHint(command));
  command.configureOutput({
    writeOut: (text) => io.write(text),
    writeErr: (text) => io.error(text.trimEnd()),
    outputError: (text, write) => write(usageError(command, text)),
  });
  for (const child of command.commands) configure(child, io);
}

/** Names a command in the help of its group, with what it needs. */
function subcommandTerm(command: Command): string {
  return [command.name(), ...argumentsOf(command)].join(' ');
}
