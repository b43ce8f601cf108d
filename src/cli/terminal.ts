import { Writable } from 'node:stream';
import { createInterface } from 'node:readline/promises';
import { StartupError } from '../common/startup-error.js';
import { CommandError } from './command-error.js';
import { requireSecret } from './read-text-file.js';

/** Limits a secret on standard input. */
const MOST_BYTES = 65_536;

/** Reads from and writes to the terminal of a command. */
export interface Terminal {
  /** Tells whether a person reads what `error` writes. */
  readonly isWatched?: boolean;
  /** Gives standard input to a command that reads a file from it; the process's own by default. */
  readonly input?: AsyncIterable<Buffer>;
  write(text: string): void;
  error(line: string): void;
  /** Reads a new password: asks twice, or reads the one line of standard input where that is not a terminal. */
  readPassword(prompt: string): Promise<string>;
  /** Reads a secret that exists already, which is asked for once. */
  readSecret(prompt: string): Promise<string>;
  /**
   * Asks whether to go on; only `y` and `yes` do.
   * @throws CommandError where nobody can answer
   */
  confirm(question: string): Promise<boolean>;
}

export const terminal: Terminal = {
  isWatched: process.stderr.isTTY,
  write: (text) => void process.stdout.write(text),
  error: (line) => void process.stderr.write(`${line}\n`),
  readPassword: (prompt) => (process.stdin.isTTY ? askTwice(prompt) : fromInput()),
  readSecret: (prompt) => (process.stdin.isTTY ? ask(`${prompt}: `) : fromInput()),
  confirm: (question) => {
    if (process.stdin.isTTY) return askYesOrNo(question);
    throw new CommandError(`${question} Nobody can answer here: give --yes; nothing was done`, 'usage');
  },
};

/** Returns what tells a person that a step takes long; scripts are not told. */
export function slowStepsOf(io: Terminal): (line: string) => void {
  return (line) => {
    if (io.isWatched) io.error(line);
  };
}

async function askYesOrNo(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } catch {
    throw new CommandError('Cancelled; nothing was done');
  } finally {
    lines.close();
  }
}

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

/** Reads standard input to its end. */
async function fromInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES)
      throw new StartupError('Standard input is too long for a secret; nothing was done');
    chunks.push(chunk);
  }
  if (bytes === 0)
    throw new CommandError('No password on standard input: give it there, on one line', 'usage');
  return requireSecret('Standard input', Buffer.concat(chunks));
}
