import { leafHash } from '../../transparency/tree/hash.js';
import type { Difference } from './difference.js';
import { LeafTree, type Proof } from './leaf-tree.js';
import { misleadingColumns } from './listed-columns.js';
import type { StoredEpoch, StoredEvent, StoredLeaf, StoredLog } from './stored-log.js';

/** Takes what is found on the way. */
export type Report = (difference: Omit<Difference, 'tenant'>) => void;

/**
 * Reads the leaves of an epoch with their events, and verifies both: that each event is the one that was sealed, and, at the
 * end, that the leaves are those of the last checkpoint, which one of the keys signed. Returns all leaves that are there, also
 * where that is not proved.
 */
export async function* provedLeaves(
  log: StoredLog,
  epoch: StoredEpoch,
  proof: Proof,
  report: Report,
): AsyncGenerator<readonly StoredLeaf[]> {
  const tree = await LeafTree.begin(log, epoch, proof);
  for await (const leaves of log.leaves(epoch)) {
    for (const leaf of leaves) {
      tree.append(leaf);
      compareWithLeaf(leaf, epoch, report);
    }
    yield leaves;
  }
  for (const problem of await tree.problems())
    report({ kind: 'log_unproved', remark: `${epoch.origin}: ${problem}` });
}

/** Reports an event that is not what was sealed, or that is listed as another. */
function compareWithLeaf(leaf: StoredLeaf, { origin }: StoredEpoch, report: Report): void {
  const { index, eventId, hash, body } = leaf;
  const remark = `event ${index + 1} of ${origin}`;
  if (body !== null && !leafHash(Buffer.from(body)).equals(hash))
    report({ kind: 'event_altered', eventId, remark });
  else compareColumns(leaf, remark, report);
}

/** Reports an event that is gone, or whose columns do not say what it says. */
export function compareColumns({ eventId, body, columns }: StoredEvent, place: string, report: Report): void {
  if (body === null) report({ kind: 'event_missing', eventId, remark: place });
  if (body === null || columns === null) return;
  const misleading = misleadingColumns(body, columns);
  if (misleading.length > 0)
    report({ kind: 'event_misfiled', eventId, remark: `${place}: ${misleading.join(', ')}` });
}
