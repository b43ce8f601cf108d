import type { Command } from 'commander';
import { describe, expect, it } from '@jest/globals';
import { exampleOf } from '../../../src/cli/commands/make-command.js';
import { program } from '../../../src/cli/program.js';
import { wordsOf } from '../../support/recorded-terminal.js';

const silent = { write: () => undefined, error: () => undefined };
const called: Command[] = [];
const root = program((command) => {
  called.push(command);
  return Promise.resolve();
}, silent);

const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];
const pathOf = (command: Command): string =>
  command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`.trim();
const leaves = all(root)
  .filter(({ commands }) => commands.length === 0)
  .map((command) => [pathOf(command), command] as const);
const groups = all(root)
  .filter((command) => command.commands.length > 0 && command !== root)
  .map((command) => [pathOf(command), command] as const);

describe('every command', () => {
  it.each(leaves)('`%s` says what it does, and what its arguments and options are', (_path, command) => {
    expect(command.description()).toMatch(/^[a-z].{8,}[^.]$/);
    for (const argument of command.registeredArguments) expect(argument.description).not.toBe('');
    for (const { description } of command.options) expect(description).not.toBe('');
  });

  it.each(leaves)('`%s` has an example, which calls it', async (path, command) => {
    const example = exampleOf(command) ?? '';
    expect(example.startsWith(path)).toBe(true);
    called.length = 0;
    await root.parseAsync(wordsOf(example), { from: 'user' });
    expect(called.map(pathOf)).toEqual([path]);
  });

  it.each(leaves)(
    '`%s` shows required options under a heading of their own, with their choices',
    (_path, command) => {
      const help = command.helpInformation();
      for (const option of command.options.filter(({ mandatory }) => mandatory)) {
        expect(help).toContain(`Required options:\n  ${option.flags}`);
        expect(command.usage()).toContain(option.flags);
        if (!/ <(file|text)>$/.test(option.flags)) expect(option.argChoices?.length).toBeGreaterThan(0);
      }
    },
  );

  it.each(leaves)('`%s` has --json and --quiet, unless its output has one form', (path, command) => {
    const flags = command.options.map(({ long }) => long);
    if (path !== 'completion') expect(flags).toEqual(expect.arrayContaining(['--json', '--quiet']));
  });
});

describe('every group of commands', () => {
  // The throttle, the mode and the trail have other verbs than what can be created.
  it.each(groups.filter(([path]) => !['maintenance', 'audit'].includes(path)))(
    '`%s` has list and show',
    (_path, group) => {
      expect(group.commands.map((command) => command.name())).toEqual(
        expect.arrayContaining(['list', 'show']),
      );
    },
  );

  it.each(groups)('`%s` says what it is about', (_path, group) => {
    expect(group.description()).not.toBe('');
  });
});
