import { Writable } from 'node:stream';
import { createInterface } from 'node:readline/promises';
import { StartupError } from '../common/startup-error.js';

/** What a command needs of the terminal. */
export interface Terminal {
  write(text: string): void;
  error(line: string): void;
  /** A password from a prompt, or the first line of standard input where that is no terminal. */
  readPassword(prompt: string): Promise<string>;
  /** The same for one that is known already: it is asked for once. */
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

/** Asks without showing what is typed. */
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
