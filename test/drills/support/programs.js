import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** Starts a program of dist/src with nothing in its environment but what it is given. */
export function run(file, args, environment) {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [`dist/src/${file}`, ...args], {
    env: { PATH, HOME, ...environment },
  });
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output.text += text));
  return { child, output };
}

/** Waits until a service listens, and returns its address. */
export async function listening(child, output) {
  for (;;) {
    const url = /Strongroom listens on (http:[^\s"]+)/.exec(output.text)?.[1];
    if (url !== undefined) return url;
    if (child.exitCode !== null) throw new Error(`It does not listen:\n${output.text}`);
    await sleep(20);
  }
}

/** Waits for the end of a program, and returns its exit code. */
export function ended(child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.on('close', resolve));
}

/** Runs the operator's command, and returns how it ended and what it printed. */
export async function admin(args, environment) {
  const { child, output } = run('cli/main.js', args, environment);
  return { code: await ended(child), text: output.text };
}
