import type { Command } from 'commander';
import type { MakeCommand } from './command-spec.js';
import { argument, groupOf, option, YES } from './make-command.js';

const loadSeals = () => import('../actions/audit/audit-seals.js');

export function auditCommand(make: MakeCommand): Command {
  return groupOf('audit', 'the proof that the audit trail is complete and unchanged, and what seals it', [
    ...provingCommands(make),
    ...sealingCommands(make),
  ]);
}

/** Makes the commands that prove the trail. */
function provingCommands(make: MakeCommand): Command[] {
  return [
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
          'a checkpoint that you kept: nothing that it covers may have changed; give it again for others; not with a proof of one event',
        ).argParser((file: string, before: readonly string[] | undefined) => [...(before ?? []), file]),
      ],
      notes:
        'It reads nothing but these files. It exits with 0 only if every event is proved; with 1 it says which line is\n' +
        'damaged. See docs/audit-format.md, which also has a second verifier that shares no code with this one.',
      example: 'audit verify audit.jsonl --keys keys.txt --checkpoint last-year.checkpoint',
      load: async () => (await import('../actions/audit/audit.js')).verifyAudit,
    }),
    make({
      name: 'compare',
      summary:
        'compare every secret and version with the audit trail, and find what was changed without an event',
      options: [
        option('--tenant <name>', 'only those of this tenant'),
        option('--keys <file>', 'the verifier keys of the logs; by default those of the database'),
        option('--checkpoint <file>', 'a checkpoint that you kept; give it again for others').argParser(
          (file: string, before: readonly string[] | undefined) => [...(before ?? []), file],
        ),
        option('--verbose', 'also list the secrets that no event proves any more'),
      ],
      notes:
        'It reads one snapshot of the database through DATABASE_OWNER_URL, and opens every value if it has the root keys. It\n' +
        'exits with 1 if anything differs. See docs/compare-with-audit.md.',
      example: 'audit compare --tenant payments',
      load: async () => (await import('../actions/audit/audit-compare.js')).compareAudit,
    }),
  ];
}

/** Makes the commands for what seals the trail. */
function sealingCommands(make: MakeCommand): Command[] {
  return [
    make({
      name: 'new-epoch',
      summary: 'begin new names for all logs, after a restore or a failover that lost events',
      options: [
        option('--reason <text>', 'why; recorded in the first event of each log').makeOptionMandatory(),
        YES(),
      ],
      notes:
        'The service does this by itself where it sees that the database was restored. It is needed for a log that the\n' +
        'service reports as stopped, for a database that was put back in place from a snapshot, and for a copy that goes on\n' +
        'beside the original. See docs/operations/disaster-recovery.md.',
      example: "audit new-epoch --reason 'restored the snapshot of 28 November'",
      load: async () => (await loadSeals()).beginEpoch,
    }),
    make({
      name: 'rotate-signing',
      summary:
        'replace the key that signs the audit trail, and erase the old one; its public key stays valid',
      options: [YES()],
      notes:
        'The new key signs the next checkpoint of each log. Give auditors the new verifier keys: they are needed beside\n' +
        'the old ones.',
      example: 'audit rotate-signing --yes',
      load: async () => (await loadSeals()).rotateSigning,
    }),
  ];
}
