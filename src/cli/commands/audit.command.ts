import type { Command } from 'commander';
import type { MakeCommand } from './command-spec.js';
import { argument, groupOf, option } from './make-command.js';

export function auditCommand(make: MakeCommand): Command {
  return groupOf('audit', 'the proof that the audit trail is complete and unchanged', [
    make({
      name: 'verify',
      summary: 'prove an export of the audit trail, or a proof, by public keys alone; needs no installation',
      arguments: [
        argument(
          '<file>',
          'an export of the audit trail, or a proof of one event or of consistency; - for standard input',
        ),
      ],
      options: [
        option('--keys <file>', 'the verifier keys of the logs, a line each').makeOptionMandatory(),
        option(
          '--checkpoint <file>',
          'a checkpoint that you kept: nothing that it covers may have changed; give it again for others',
        ).argParser((file: string, before: readonly string[] | undefined) => [...(before ?? []), file]),
      ],
      notes:
        'It reads nothing but these files. It exits with 0 only if every event is proved; with 1 it says which line is\n' +
        'damaged. See docs/audit-format.md, which also has a second verifier that shares no code with this one.',
      example: 'audit verify audit.jsonl --keys keys.txt --checkpoint last-year.checkpoint',
      load: async () => (await import('../actions/audit.js')).verifyAudit,
    }),
  ]);
}
