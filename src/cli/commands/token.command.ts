import type { Command } from 'commander';
import type { MakeCommand } from './command-spec.js';
import { argument, groupOf, option, YES } from './make-command.js';

const load = () => import('../actions/tokens.js');

const ID = argument('<id>', 'id of the token, the ten characters after `ctok-`');
const USER = argument('<username>', 'name of the user');

export function tokenCommand(make: MakeCommand): Command {
  return groupOf('token', 'tokens, which stand for a user instead of a password', [
    make({
      name: 'list',
      summary: 'list the tokens without their values, oldest first',
      options: [option('--user <username>', 'only those of this user')],
      example: 'token list --user alice',
      load: async () => (await load()).listTokens,
    }),
    make({
      name: 'show',
      summary: 'show a token without its value',
      arguments: [ID],
      example: 'token show a1B2c3D4e5',
      load: async () => (await load()).showToken,
    }),
    make({
      name: 'create',
      summary: 'create a token of a user; its value is shown only once',
      arguments: [USER],
      options: [
        option('--description <text>', 'what the token is for'),
        option('--expiration-date <when>', 'such as `+10h`, `+30 days` or `2030-12-31 12:00` (UTC)'),
      ],
      example: "token create alice --expiration-date '+30 days' --description 'nightly build'",
      load: async () => (await load()).createToken,
    }),
    make({
      name: 'delete',
      summary: 'delete a token, which is invalid from the next request on, and those that it created',
      arguments: [ID],
      example: 'token delete a1B2c3D4e5',
      load: async () => (await load()).deleteToken,
    }),
    make({
      name: 'delete-all',
      summary: 'end all tokens of a user',
      arguments: [USER],
      options: [YES()],
      example: 'token delete-all alice --yes',
      load: async () => (await load()).deleteAllTokens,
    }),
  ]);
}
