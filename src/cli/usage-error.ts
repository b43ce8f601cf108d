import type { Command } from 'commander';
import { commandName } from '../common/command-name.js';
import { exampleOf } from './commands/make-command.js';

const MISSING_ARGUMENT = /^error: missing required argument '([^']+)'/;
const MISSING_OPTION = /^error: required option '([^']+)' not specified/;

/** Matches the value of an option that is not known, which may be a password. */
const VALUE_OF_UNKNOWN = /^(error: unknown option '[^'=]*)=[^]*'/;

/**
 * Returns the words for wrong usage: what is missing is called required, with what it may be. They never repeat a value
 * that stands in the name of an option.
 */
export function usageError(command: Command, text: string): string {
  const argument = MISSING_ARGUMENT.exec(text)?.[1];
  const flags = MISSING_OPTION.exec(text)?.[1];
  const missing =
    argument === undefined
      ? command.options.find((one) => one.flags === flags)
      : command.registeredArguments.find((one) => one.name() === argument);
  if (missing === undefined) return text.replace(VALUE_OF_UNKNOWN, "$1'");
  const { description, argChoices } = missing;
  const choices = argChoices === undefined ? '' : `; one of ${argChoices.join(', ')}`;
  return `error: ${argument === undefined ? flags : `<${argument}>`} is required: ${description}${choices}\n`;
}

/** Returns the lines that follow every error of usage. */
export function usageHint(command: Command): string {
  const example = exampleOf(command);
  const path = pathOf(command);
  const hint = `Help:     ${path} --help`;
  return example === undefined ? hint : `Example:  ${commandName()} ${example}\n${hint}`;
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
