import 'reflect-metadata';
import { diagnose } from '../../bootstrap/doctor/doctor.js';
import type { Finding } from '../../bootstrap/doctor/finding.js';
import { CommandError } from '../command-error.js';
import { commandCaller } from '../command-caller.js';
import type { Call, Forms } from '../commands/command-spec.js';
import { lineOf } from '../doctor/finding-line.js';
import { watchInstallation } from '../doctor/watch-installation.js';
import { openInstallation } from '../open-installation.js';
import type { Output } from '../output/output.js';

const WATCH_SECONDS = 60;

interface DoctorOptions {
  readonly watch?: true;
  readonly interval?: number;
}

/** Checks the installation, once or until the command is interrupted. */
export async function examine({ io, options }: Call<[], DoctorOptions & Forms>): Promise<Output> {
  const { watch, interval } = options;
  if (watch === true) return watchInstallation(io, { ...options, seconds: interval ?? WATCH_SECONDS });
  if (interval !== undefined)
    throw new CommandError('--interval is the pause of --watch: give both, or neither', 'usage');
  const findings: Finding[] = [];
  const healthy = await diagnose(commandCaller(), (finding) => findings.push(finding));
  return {
    json: { healthy, findings },
    text: findings.map(lineOf).join(''),
    quiet: findings
      .filter(({ state }) => state === 'failed')
      .map(({ subject, text }) => `${subject}: ${text}`),
    hints: healthy ? [] : ['The installation has problems: see the lines marked FAILED'],
    exit: healthy ? 'done' : 'failed',
  };
}

/** Brings the database up to date. */
export async function migrate({ io }: Call): Promise<Output> {
  const installation = await openInstallation(io);
  await installation.close();
  const { appliedMigrations: applied, mended, functionsInstalled } = installation;
  const lines = [
    ...applied.map((name) => `applied ${name}`),
    ...mended.map((problem) => `mended: ${problem}`),
    ...(functionsInstalled ? ['installed the functions'] : []),
    'The database is up to date',
  ];
  return {
    json: { applied, mended, functions_installed: functionsInstalled },
    text: lines.map((line) => `${line}\n`).join(''),
    quiet: applied,
  };
}
