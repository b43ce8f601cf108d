import { Readable } from 'node:stream';
import { CommandError } from '../../src/cli/command-error.js';
import { runCommand } from '../../src/cli/run-command.js';
import type { Terminal } from '../../src/cli/terminal.js';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The questions that were asked. */
  readonly asked: readonly string[];
}

/** Answers what a command asks; a question without an answer fails as it does where nobody is at a terminal. */
export interface Answers {
  readonly password?: string;
  readonly confirms?: boolean;
  /** Stands for the file that a command takes from standard input. */
  readonly input?: string;
}

/** Runs a command in this process, and returns what it printed. */
export async function runInProcess(args: readonly string[], answers: Answers = {}): Promise<Ran> {
  let [stdout, stderr] = ['', ''];
  const asked: string[] = [];
  const answer = <T>(question: string, given: T | undefined): Promise<T> => {
    asked.push(question);
    return given === undefined
      ? Promise.reject(new CommandError('Nobody can answer', 'usage'))
      : Promise.resolve(given);
  };
  const io: Terminal = {
    input: Readable.from([Buffer.from(answers.input ?? '')]),
    write: (text) => void (stdout += text),
    error: (line) => void (stderr += `${line}\n`),
    readPassword: (prompt) => answer(prompt, answers.password),
    readSecret: (prompt) => answer(prompt, answers.password),
    confirm: (question) => answer(question, answers.confirms),
  };
  const code = await runCommand(args, io);
  return { code, stdout, stderr, asked };
}

/**
 * Splits a line as a shell does, as far as the examples of the commands need it: quotes, and what ends at `<` or `>`.
 */
export function wordsOf(line: string): string[] {
  const [command = ''] = line.split(/ [<>] /);
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}
