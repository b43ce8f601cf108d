import { CommanderError, type Command } from 'commander';
import type { Call, Dispatch, Forms } from './commands/command-spec.js';
import { EXIT_CODES } from './exit-codes.js';
import { inOptions } from './option-names.js';
import type { Output } from './output/output.js';
import { program } from './program.js';
import { terminal, type Terminal } from './terminal.js';

/** Runs one command line and returns its exit code. */
export async function runCommand(args: readonly string[], io: Terminal = terminal): Promise<number> {
  let code: number = EXIT_CODES.done.code;
  let called: Command | undefined;
  const dispatch: Dispatch = async (command, load, { args: words, options }) => {
    called = command;
    const action = await load();
    const { json, quiet } = options as Forms;
    const output = await action({ io, args: words, options, command } as Call<never, never>);
    print(output, { json, quiet }, io);
    code = EXIT_CODES[output.exit ?? 'done'].code;
  };
  try {
    await program(dispatch, io).parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? EXIT_CODES.done.code : EXIT_CODES.usage.code;
    const { explain } = await import('./explain-failure.js');
    const { exit, line } = explain(error);
    io.error(called === undefined ? line : inOptions(line, called));
    return EXIT_CODES[exit].code;
  }
}

function print(output: Output, { json, quiet }: Forms, io: Terminal): void {
  if (output.isPrinted === true) return;
  if (json === true) io.write(`${JSON.stringify(output.json, null, 2)}\n`);
  else if (quiet === true) io.write(output.quiet.map((line) => `${line}\n`).join(''));
  else {
    io.write(output.text);
    for (const line of output.hints ?? []) io.error(line);
  }
  if (output.problem !== undefined) io.error(output.problem);
}
