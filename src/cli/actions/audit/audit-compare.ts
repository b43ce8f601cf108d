import 'reflect-metadata';
import { TableComparison, type Comparison } from '../../../audit-trail/compare/table-comparison.js';
import { findRootKeys } from '../../../bootstrap/root-key-source.js';
import { printable } from '../../../common/printable.js';
import type { LogKeys } from '../../../transparency/log-keys.js';
import { readCheckpoint, readKeys } from '../../audit/given-keys.js';
import { comparisonOutput } from '../../audit/comparison-output.js';
import { ownerKeyring } from '../../audit/owner-keyring.js';
import { CommandError } from '../../command-error.js';
import type { Call } from '../../commands/command-spec.js';
import { requireConfiguration } from '../../opening.js';
import type { Output } from '../../output/output.js';
import { slowStepsOf } from '../../terminal.js';
import { withOwner } from '../../with-owner.js';

interface CompareOptions {
  readonly tenant?: string;
  readonly keys?: string;
  readonly checkpoint?: readonly string[];
  readonly verbose?: true;
}

/** Compares the tables with the audit trail, and says where they differ. */
export async function compareAudit({ io, options }: Call<[], CompareOptions>): Promise<Output> {
  const { tenant } = options;
  const keys: LogKeys | undefined = options.keys === undefined ? undefined : readKeys(options.keys);
  if (keys === undefined && options.checkpoint !== undefined)
    throw new CommandError(
      '`--checkpoint` needs `--keys`: only a key that you kept proves a checkpoint',
      'usage',
    );
  const older = (options.checkpoint ?? []).map((file) => readCheckpoint(file, keys as LogKeys));
  const read = { action: 'audit.compare', key: tenant ?? null } as const;
  let hasOpened = false;
  const comparison = await withOwner(io, read, async (owner): Promise<Comparison> => {
    const rootKeys = findRootKeys(requireConfiguration());
    hasOpened = rootKeys !== undefined;
    const keyring = rootKeys === undefined ? undefined : await ownerKeyring(rootKeys, owner);
    const tell = slowStepsOf(io);
    const result = await new TableComparison(owner, { tenant, keys, older, keyring, tell }).run();
    if (result === undefined)
      throw new CommandError(
        `There is no tenant \`${printable(tenant ?? '')}\`, and there never was`,
        'notFound',
      );
    return result;
  });
  return comparisonOutput(comparison, {
    isVerbose: options.verbose === true,
    hasOpened,
  });
}
