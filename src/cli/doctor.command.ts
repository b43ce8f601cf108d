import { Command } from 'commander';
import { StartupError } from '../common/startup-error.js';
import { diagnose } from '../bootstrap/doctor/doctor.js';
import { commandCaller } from './command-caller.js';
import type { Terminal } from './terminal.js';

const MARKS = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' };

export function doctorCommand(io: Terminal): Command {
  return new Command('doctor')
    .description('check configuration, database, roles, row-level security and keys; changes nothing')
    .action(async () => {
      const healthy = await diagnose(commandCaller(), ({ subject, state, text }) => {
        io.write(`${MARKS[state]}  ${subject}: ${text}\n`);
      });
      if (!healthy) throw new StartupError('The installation has problems: see the lines marked FAILED');
    });
}
