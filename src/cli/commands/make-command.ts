import { Argument, Command, Option } from 'commander';
import { commandName } from '../../common/command-name.js';
import type { CommandSpec, Dispatch, MakeCommand } from './command-spec.js';

const REQUIRED = 'Required options:';

const examples = new WeakMap<Command, string>();

/** Returns the example of a command without the name of the program; undefined for a group of commands. */
export function exampleOf(command: Command): string | undefined {
  return examples.get(command);
}

/** Returns a function that makes commands whose actions `dispatch` runs. */
export function commandMaker(dispatch: Dispatch): MakeCommand {
  return <A extends readonly (string | undefined)[], O>(spec: CommandSpec<A, O>): Command => {
    const command = new Command(spec.name).description(spec.summary);
    for (const each of spec.arguments ?? []) command.addArgument(each);
    for (const each of spec.options ?? []) command.addOption(grouped(each));
    if (spec.forms !== false)
      command
        .addOption(new Option('--json', 'print one JSON document').conflicts('quiet'))
        .addOption(new Option('--quiet', 'print only names or ids, and no hints'));
    command.usage(usageOf(command));
    if (spec.notes !== undefined) command.addHelpText('after', `\n${spec.notes}`);
    command.addHelpText('after', `\nExample:\n  ${commandName()} ${spec.example}`);
    examples.set(command, spec.example);
    return command.action(() =>
      dispatch(command, spec.load, {
        args: command.processedArgs as (string | undefined)[],
        options: command.opts(),
      }),
    );
  };
}

/** Makes a group of commands. */
export function groupOf(name: string, summary: string, commands: readonly Command[]): Command {
  const group = new Command(name).description(summary).helpCommand(false);
  group.usage('<command>');
  for (const command of commands) group.addCommand(command);
  return group;
}

/** Makes an option that must be given. */
export function required(flags: string, description: string, choices: readonly string[]): Option {
  return new Option(flags, description).choices(choices).makeOptionMandatory();
}

export function option(flags: string, description: string): Option {
  return new Option(flags, description);
}

export function argument(name: string, description: string): Argument {
  return new Argument(name, description);
}

/** Makes the option that confirms a change which cannot be undone. */
export const YES = (): Option =>
  new Option('--yes', 'do not ask; needed where standard input is no terminal');

/** Returns the arguments of a command as help shows them. */
export function argumentsOf(command: Command): string[] {
  return command.registeredArguments.map((arg) => (arg.required ? `<${arg.name()}>` : `[${arg.name()}]`));
}

function grouped(one: Option): Option {
  return one.mandatory ? one.helpGroup(REQUIRED) : one;
}

function usageOf(command: Command): string {
  const mandatory = command.options.filter((one) => one.mandatory).map(({ flags }) => flags);
  return [...argumentsOf(command), ...mandatory, '[options]'].join(' ');
}
