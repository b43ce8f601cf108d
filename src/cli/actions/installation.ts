import 'reflect-metadata';
import { diagnose } from '../../bootstrap/doctor/doctor.js';
import type { Finding } from '../../bootstrap/doctor/finding.js';
import { commandCaller } from '../command-caller.js';
import type { Call } from '../commands/command-spec.js';
import { openInstallation } from '../open-installation.js';
import type { Output } from '../output/output.js';

const MARKS = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' };

/** Checks the installation. */
export async function examine(_call: Call): Promise<Output> {
  const findings: Finding[] = [];
  const healthy = await diagnose(commandCaller(), (finding) => findings.push(finding));
  const lines = findings.map(({ subject, state, text }) => `${MARKS[state]}  ${subject}: ${text}\n`);
  return {
    json: { healthy, findings },
    text: lines.join(''),
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
