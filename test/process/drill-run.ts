import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from '@jest/globals';

/** Lists the options by which a drill needs no package: the embedded PostgreSQL, and a balancer of ours. */
export const WITHOUT_PACKAGES = '--postgres embedded --balancer polling';

/** Limits a short drill, which takes a tenth of it on a busy machine. */
export const LONGEST_MS = 1_200_000;

/** Runs a drill, and returns its output with the last line. */
export async function runDrill(drill: string, args: readonly string[]) {
  const child = spawn(process.execPath, [`test/drills/${drill}/main.js`, ...args]);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr, last: stdout.trimEnd().split('\n').at(-1) ?? '' };
}

/** Expects that a drill went well; its whole output is shown if it did not. */
export async function expectWell(drill: string, args: string) {
  const { code, last, stdout, stderr } = await runDrill(drill, args.split(' '));
  if (code !== 0 || !/^[1-9]\d* requests, 0 failed$/.test(last)) throw new Error(`${stderr}\n${stdout}`);
  expect(stderr).not.toBe('');
}
