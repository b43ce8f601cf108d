import type { Command } from 'commander';
import type { Call } from '../commands/command-spec.js';
import type { Output } from '../output/output.js';
import { bashCompletion } from './bash.js';
import { completionTree } from './completion-tree.js';
import { zshCompletion } from './zsh.js';

/** Lists what a shell knows the program by: installed, and in a clone, which zsh knows by the name of the file. */
const NAMES = { bash: ['strongroom-admin', './admin'], zsh: ['strongroom-admin', 'admin'] };

/** Returns the script that completes commands, options and their choices. */
export function printCompletion({ args: [shell], command }: Call<[string]>): Promise<Output> {
  const tree = completionTree(rootOf(command));
  const text = shell === 'zsh' ? zshCompletion(NAMES.zsh, tree) : bashCompletion(NAMES.bash, tree);
  return Promise.resolve({ json: text, text, quiet: [] });
}

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}
