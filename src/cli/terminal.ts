import { Writable } from 'node:stream';
import { createInterface } from 'node:readline/promises';
import { StartupError } from '../common/startup-error.js';

/** Reads from and writes to the terminal of a command. */
export interface Terminal {
  write(text: string): void;
  error(line: string): void;
  /** Reads a new password: asks twice, or reads the first line of standard input where that is not a terminal. */
  readPassword(prompt: string): Promise<string>;
  /** Reads a secret that exists already, which is asked for once. */
  readSecret(prompt: string): Promise<string>;
}

export const terminal: Terminal = {
  write: (text) => void process.stdout.write(text),
  error: (line) => void process.stderr.write(`${line}\n`),
  readPassword: (prompt) => (process.stdin.isTTY ? askTwice(prompt) : firstLine()),
  readSecret: (prompt) => (process.stdin.isTTY ? ask(`${prompt}: `) : firstLine()),
};

async function askTwice(prompt: string): Promise<string> {
  const password = await ask(`${prompt}: `);
  if ((await ask(`${prompt}, again: `)) !== password)
    throw new StartupError('The two passwords differ; nothing was done');
  return password;
}

/** Asks without echoing what is typed. */
async function ask(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({
    write(_chunk, _encoding, done) {
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await lines.question('');
  } catch {
    throw new StartupError('Cancelled; nothing was done');
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}

async function firstLine(): Promise<string> {
  const lines = createInterface({ input: process.stdin });
  try {
    for await (const line of lines) return line;
  } finally {
    lines.close();
  }
  throw new StartupError('No password on standard input: give it as the first line');
}
