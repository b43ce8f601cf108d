import type { LogKeys } from '../../transparency/log-keys.js';
import { isSignedBy, parseCheckpoint } from '../../transparency/note/checkpoint.js';
import { Frontier } from '../../transparency/tree/frontier.js';
import { leafHash } from '../../transparency/tree/hash.js';
import { subtreesOf } from '../../transparency/tree/node-address.js';
import type { TreeHead } from '../../transparency/note/checkpoint.js';
import { OlderCheckpoints } from '../verify/older-checkpoints.js';
import type { Difference } from './difference.js';
import type { StoredEpoch, StoredLeaf, StoredLog } from './stored-log.js';

/** Takes what is found on the way. */
export type Report = (difference: Omit<Difference, 'tenant'>) => void;

/** Holds what the leaves are verified against. */
export interface Proof {
  /** Undefined where the database has no key. */
  readonly keys: LogKeys | undefined;
  /** Checkpoints that somebody kept, whose signatures were verified. */
  readonly older: readonly TreeHead[];
}

/**
 * Reads the leaves of an epoch with their events, and verifies both: that each event is the one that was sealed, and, at the
 * end, that the leaves are those of the last checkpoint, which one of the keys signed.
 */
export async function* provedLeaves(
  log: StoredLog,
  epoch: StoredEpoch,
  { keys, older }: Proof,
  report: Report,
): AsyncGenerator<readonly StoredLeaf[]> {
  const unproved = (remark: string): void =>
    report({ kind: 'log_unproved', remark: `${epoch.origin}: ${remark}` });
  const tree = await beginning(log, epoch, keys);
  if (tree === undefined) {
    unproved(`nothing proves the ${epoch.pruned} events that were removed as too old`);
    return;
  }
  const kept = new OlderCheckpoints(
    older.filter(({ origin, size }) => origin === epoch.origin && size >= epoch.pruned),
  );
  kept.compare(tree.size, () => tree.root());
  for await (const leaves of log.leaves(epoch)) {
    for (const leaf of leaves) {
      if (leaf.index !== tree.size) {
        unproved(`after event ${tree.size} comes event ${leaf.index + 1}`);
        return;
      }
      tree.append(leaf.hash);
      kept.compare(tree.size, () => tree.root());
      compareWithLeaf(leaf, epoch, report);
    }
    yield leaves;
  }
  const other = kept.different ?? kept.notCompared;
  if (other !== undefined) unproved(`it is not what the kept checkpoint of ${other.size} events covers`);
  if (tree.size === 0 && epoch.size === 0) return;
  if (tree.size !== epoch.size) unproved(`it has ${tree.size} events, and the last checkpoint ${epoch.size}`);
  else if (!(await isSigned(log, epoch, tree, keys))) unproved('no key signed the tree of its events');
}

/** Reports an event that is not what was sealed. */
function compareWithLeaf(
  { index, eventId, hash, body }: StoredLeaf,
  { origin }: StoredEpoch,
  report: Report,
): void {
  const remark = `event ${index + 1} of ${origin}`;
  if (body === null) report({ kind: 'event_missing', eventId, remark });
  else if (!leafHash(Buffer.from(body)).equals(hash)) report({ kind: 'event_altered', eventId, remark });
}

/** Returns the tree of what was removed as too old. */
async function beginning(
  log: StoredLog,
  epoch: StoredEpoch,
  keys: LogKeys | undefined,
): Promise<Frontier | undefined> {
  const { pruned } = epoch;
  if (pruned === 0) return Frontier.empty();
  const hashes = await log.nodes(epoch, subtreesOf({ begin: 0, end: pruned }));
  if (hashes === undefined) return undefined;
  const tree = Frontier.of(pruned, hashes);
  return (await isSigned(log, epoch, tree, keys)) ? tree : undefined;
}

async function isSigned(
  log: StoredLog,
  epoch: StoredEpoch,
  tree: Frontier,
  keys: LogKeys | undefined,
): Promise<boolean> {
  const checkpoint = parseCheckpoint((await log.checkpoint(epoch, tree.size)) ?? '');
  const key = keys?.keyFor(epoch.origin, tree.size);
  if (checkpoint === undefined || key === undefined) return false;
  return checkpoint.size === tree.size && checkpoint.root.equals(tree.root()) && isSignedBy(checkpoint, key);
}
