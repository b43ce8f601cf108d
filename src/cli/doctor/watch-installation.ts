import { setTimeout as sleep } from 'node:timers/promises';
import { diagnose } from '../../bootstrap/doctor/doctor.js';
import type { Finding } from '../../bootstrap/doctor/finding.js';
import { machineTime } from '../../common/clock.js';
import { commandCaller } from '../command-caller.js';
import type { Forms } from '../commands/command-spec.js';
import { printed, type Output } from '../output/output.js';
import type { Terminal } from '../terminal.js';
import { lineOf } from './finding-line.js';

interface State {
  readonly healthy: boolean;
  /** The warnings and failures. */
  readonly problems: readonly Finding[];
}

interface Change extends State {
  readonly time: string;
  readonly appeared: readonly Finding[];
  readonly gone: readonly Finding[];
}

/**
 * Checks the installation until the command is interrupted, and prints what has changed since the check before. The first
 * check is printed in any case.
 * @returns how the last check ended
 */
export async function watchInstallation(
  io: Terminal,
  { seconds, ...forms }: Forms & { readonly seconds: number },
): Promise<Output> {
  const interrupted = interruption();
  let last: State | undefined;
  while (!interrupted.aborted) {
    const state = await check(last?.problems ?? []);
    const change = changeOf(last, state);
    if (last === undefined || change.appeared.length > 0 || change.gone.length > 0)
      io.write(textOf(change, forms));
    last = state;
    await sleep(seconds * 1_000, undefined, { signal: interrupted }).catch(() => undefined);
  }
  return printed(last?.healthy === true ? 'done' : 'failed');
}

/**
 * Makes all checks. A check that failed makes others impossible, so the problems from before are kept until the last one,
 * whether an event can be written, is made again.
 */
async function check(before: readonly Finding[]): Promise<State> {
  const findings: Finding[] = [];
  const healthy = await diagnose(commandCaller(), (finding) => findings.push(finding));
  const problems = findings.filter(({ state }) => state !== 'ok');
  const isComplete = findings.some(({ subject }) => subject === 'audit');
  return { healthy, problems: isComplete ? problems : [...problems, ...without(before, problems)] };
}

function changeOf(before: State | undefined, now: State): Change {
  const old = before?.problems ?? [];
  return {
    ...now,
    time: new Date(machineTime()).toISOString(),
    appeared: without(now.problems, old),
    gone: without(old, now.problems),
  };
}

/** Returns the findings that are not among others. */
function without(all: readonly Finding[], others: readonly Finding[]): readonly Finding[] {
  const known = new Set(others.map(lineOf));
  return all.filter((finding) => !known.has(lineOf(finding)));
}

function textOf(change: Change, { json, quiet }: Forms): string {
  const { time, healthy, appeared, gone, problems } = change;
  if (json === true) return `${JSON.stringify({ time, healthy, appeared, gone })}\n`;
  const lines = [
    ...appeared.map(lineOf),
    ...gone.map(({ subject, text }) => `gone     ${subject}: ${text}\n`),
  ];
  if (problems.length === 0) lines.push('ok       all is well\n');
  return lines.map((line) => (quiet === true ? line : `${time}  ${line}`)).join('');
}

/**
 * Returns a signal that is aborted by Ctrl-C, by SIGTERM, or when nobody reads the output any more.
 * The check that runs then is finished; a second Ctrl-C ends the process at once.
 */
function interruption(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  process.stdout.once('error', stop);
  return controller.signal;
}
