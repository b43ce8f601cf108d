import type { Argument, Command, Option } from 'commander';

/** Describes what may follow some words of a command line. */
export interface CompletedCommand {
  /** Holds the words of the command without the program, separated by blanks; empty for the program itself. */
  readonly path: string;
  readonly summary: string;
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly CompletedOption[];
  /** Holds the choices of each argument; none where anything may be given. */
  readonly arguments: readonly (readonly string[])[];
}

export interface CompletedOption {
  readonly flags: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
  readonly takesFile: boolean;
  readonly choices: readonly string[];
}

/** Returns every command with what may follow it, the program first. */
export function completionTree(root: Command): CompletedCommand[] {
  return below(root, '');
}

function below(command: Command, path: string): CompletedCommand[] {
  const own: CompletedCommand = {
    path,
    summary: command.description(),
    commands: command.commands.map((child) => ({ name: child.name(), summary: child.description() })),
    options: command.createHelp().visibleOptions(command).map(toOption),
    arguments: command.registeredArguments.map(choicesOf),
  };
  const children = command.commands.flatMap((child) => below(child, `${path} ${child.name()}`.trim()));
  return [own, ...children];
}

function toOption(option: Option): CompletedOption {
  const flags = [option.short, option.long].filter((flag) => flag !== undefined);
  return {
    flags,
    description: option.description,
    takesValue: option.required || option.optional,
    takesFile: /<file>/.test(option.flags),
    choices: option.argChoices ?? [],
  };
}

function choicesOf({ argChoices }: Argument): readonly string[] {
  return argChoices ?? [];
}
