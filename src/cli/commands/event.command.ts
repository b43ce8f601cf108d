import type { Command } from 'commander';
import { AUDIT_ACTIONS } from '../../audit/actions.js';
import type { MakeCommand } from './command-spec.js';
import { argument, groupOf, option } from './make-command.js';
import { nearest, wholeNumber } from './option-parsers.js';

const load = () => import('../actions/audit/events.js');

export function eventCommand(make: MakeCommand): Command {
  return groupOf('event', 'the audit trail, which never holds a value', [
    make({
      name: 'list',
      summary: 'list the latest events of all tenants and of the system, the newest first',
      options: [
        option('--tenant <name>', 'only those in the log of this tenant'),
        option('--limit <number>', 'how many').argParser(wholeNumber(1, 1_000)).default(20),
        option('--action <action>', 'only this action, such as secret.read').argParser(
          nearest('action', Object.keys(AUDIT_ACTIONS)),
        ),
        option('--actor <name>', 'only those of this user, or of this login on the machine'),
        option('--key <key>', 'only those about this secret, or the object of this name'),
      ],
      example: 'event list --tenant payments --action secret.read --limit 5',
      load: async () => (await load()).listEvents,
    }),
    make({
      name: 'show',
      summary: 'show all fields of an event',
      arguments: [argument('<id>', 'id of the event')],
      example: 'event show 019ada5c-7f1e-7c3b-a9d8-1f0e2d3c4b5a',
      load: async () => (await load()).showEvent,
    }),
  ]);
}

export function explainCommand(make: MakeCommand): Command {
  return make({
    name: 'explain',
    summary: 'say in plain words what a request did: who asked for what, and how it ended',
    arguments: [
      argument(
        '<request-id>',
        'the X-Request-Id in the header of the response; the body of a 5xx has it too',
      ),
    ],
    notes: 'It looks through the whole audit trail, which takes a while where that is long.',
    example: 'explain 019ada5c-7f1e-7c3b-a9d8-1f0e2d3c4b5a',
    load: async () => (await load()).explainRequest,
  });
}
