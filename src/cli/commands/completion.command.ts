import type { Command } from 'commander';
import { commandName } from '../../common/command-name.js';
import type { MakeCommand } from './command-spec.js';
import { argument } from './make-command.js';

export function completionCommand(make: MakeCommand): Command {
  return make({
    name: 'completion',
    summary: 'print a script that completes commands, options and roles in a shell',
    arguments: [argument('<shell>', 'the shell').choices(['bash', 'zsh'])],
    notes: `To complete in this shell:  source <(${commandName()} completion bash)`,
    example: 'completion bash > ~/.local/share/bash-completion/completions/strongroom-admin',
    forms: false,
    load: async () => (await import('../completion/completion.js')).printCompletion,
  });
}
