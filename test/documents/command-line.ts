import type { Argument, Command, Option } from 'commander';
import { exampleOf } from '../../src/cli/commands/make-command.js';
import { EXIT_CODES } from '../../src/cli/exit-codes.js';
import { program } from '../../src/cli/program.js';
import { markdownTable } from './markdown-table.js';

const code = (text: string) => `\`${text}\``;

/** Returns the parts of docs/command-line.md that are generated, by the name of their place there. */
function commandLineParts(): ReadonlyMap<string, string> {
  const root = program(() => Promise.resolve(), { write: () => undefined, error: () => undefined });
  const exits = Object.values(EXIT_CODES).map(({ code: number, meaning }) => [String(number), meaning]);
  return new Map([
    ['exit codes', markdownTable(['Code', 'Meaning'], exits)],
    ['commands', root.commands.map(sectionOf).join('\n\n')],
  ]);
}

/** Returns the document with its parts generated from the tree of commands. */
export function withCommandLine(document: string): string {
  const parts = commandLineParts();
  return document.replaceAll(
    /(<!-- ([a-z ]+) of src\/cli -->\n\n)[^]*?(\n\n<!-- end -->)/g,
    (_place, begin: string, name: string, end: string) => begin + (parts.get(name) ?? '') + end,
  );
}

function sectionOf(command: Command): string {
  const leaves = command.commands.length === 0 ? [command] : command.commands;
  const title = `### ${command.name()}`;
  const intro = sentence(command.description());
  if (command.commands.length === 0) return [title, ...bodyOf(command)].join('\n\n');
  return [title, intro, ...leaves.flatMap((leaf) => [`#### ${pathOf(leaf)}`, ...bodyOf(leaf)])].join('\n\n');
}

function bodyOf(command: Command): string[] {
  const path = pathOf(command);
  const usage = `${path} ${command.usage()}`;
  const rows = [
    ...command.registeredArguments.map((argument) => [code(argumentName(argument)), meaningOf(argument)]),
    ...command.options.filter(isOwn).map((option) => [code(option.flags), meaningOf(option)]),
  ];
  return [
    sentence(command.description()),
    [
      '```shell not-run="shown for reference; each example is parsed by test/unit/cli, and each command run by test/e2e/command*"',
      `strongroom-admin ${usage}`,
      `strongroom-admin ${exampleOf(command)}`,
      '```',
    ].join('\n'),
    ...(rows.length === 0 ? [] : [markdownTable(['Argument or option', 'Meaning'], rows)]),
  ];
}

function isOwn({ long }: Option): boolean {
  return long !== '--json' && long !== '--quiet';
}

function argumentName(argument: Argument): string {
  return argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
}

function meaningOf(item: Argument | Option): string {
  const { description, argChoices } = item;
  const defaultValue: unknown = item.defaultValue;
  const facts = [
    ...('mandatory' in item && item.mandatory ? ['required'] : []),
    ...(argChoices === undefined ? [] : [`one of ${argChoices.map(code).join(', ')}`]),
    ...(defaultValue === undefined ? [] : [`by default ${code(textOf(defaultValue))}`]),
  ];
  return sentence(`${description}${facts.length === 0 ? '' : ` (${facts.join('; ')})`}`);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function pathOf(command: Command): string {
  return command.parent?.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}
