import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newEvent } from '../../audit/audit-event.js';
import { Refusal } from '../../audit/refusal.js';
import { Pruned } from '../../common/errors.js';
import { consistencyProofText } from '../../transparency/note/consistency-proof-text.js';
import { inclusionProofText } from '../../transparency/note/inclusion-proof-text.js';
import { proveConsistency } from '../../transparency/tree/consistency-proof.js';
import { proveInclusion } from '../../transparency/tree/inclusion-proof.js';
import { EPOCH_OF_KEPT } from '../reading/epoch-of-kept.js';
import { logDetail, readerOf, type LogScope } from '../reading/log-scope.js';
import { ScopedReading } from '../reading/scoped-reading.js';
import { LogTreesRepository } from '../trees/log-trees.repository.js';
import { StoredNodes } from '../trees/stored-nodes.js';
import { noCheckpoint } from './no-checkpoint.js';
import { oneLog } from './one-log.js';
import { ProofsRepository, type FoundLeaf } from './proofs.repository.js';

/** Says which checkpoint was kept, and which one continues it; undefined for the last one. */
interface Continuation {
  readonly epoch: number;
  readonly old: number;
  readonly new: number | undefined;
}

const REMOVED =
  'was removed from the log, as it is older than the retention: an export from before has what is needed';

/** Makes proofs that somebody can verify who has the keys of a log. */
@Injectable()
export class Prover {
  constructor(
    @Inject(ScopedReading) private readonly reading: ScopedReading,
    @Inject(ProofsRepository) private readonly proofs: ProofsRepository,
    @Inject(LogTreesRepository) private readonly trees: LogTreesRepository,
  ) {}

  /**
   * Proves that a log has an event.
   * @param size that of the checkpoint to prove it by; undefined for the last one
   * @throws NotFound, Conflict, Pruned where it cannot be proved
   */
  inclusion(scope: LogScope, eventId: string, size: number | undefined): Promise<string> {
    const event = newEvent('audit.proof_read', readerOf(scope).caller, {
      detail: { event: eventId.toLowerCase(), ...logDetail(scope) },
    });
    return this.reading.recorded(scope, event, async (manager, logIds) => {
      const logId = oneLog(logIds);
      if (logId instanceof Refusal) return logId;
      const found = await this.proofs.leaf(manager, logId, eventId, size);
      const { epoch, index, body } = found;
      if (epoch === null || index === null || body === null) return unproved(found, eventId);
      if (found.size === null || found.note === null) return noCheckpoint({ epoch, size });
      if (found.size <= index)
        return Refusal.conflict(
          'The event is not among those of that checkpoint, which is older: leave `size` out',
        );
      const nodes = new StoredNodes(manager, { logId, epoch });
      const hashes = await proveInclusion(nodes, index, found.size);
      return inclusionProofText({ entry: Buffer.from(body), index, hashes }, found.note);
    });
  }

  /**
   * Proves that a log continues a checkpoint that somebody kept.
   * @throws NotFound, Conflict, Pruned where it cannot be proved
   */
  consistency(scope: LogScope, continuation: Continuation): Promise<string> {
    const event = newEvent('audit.proof_read', readerOf(scope).caller, { detail: logDetail(scope) });
    return this.reading.recorded(scope, event, async (manager, logIds) => {
      const logId = oneLog(logIds);
      if (logId instanceof Refusal) return logId;
      const head = await this.headOf(manager, logId, continuation);
      if (head instanceof Refusal) return head;
      const nodes = new StoredNodes(manager, { logId, epoch: continuation.epoch });
      const hashes = await proveConsistency(nodes, continuation.old, head.size);
      return consistencyProofText(continuation.old, hashes, head.note);
    });
  }

  /** Returns the checkpoint that continues the older one. */
  private async headOf(
    manager: EntityManager,
    logId: string,
    { epoch, old, new: size }: Continuation,
  ): Promise<{ readonly size: number; readonly note: string } | Refusal> {
    const [head] = await this.proofs.checkpoints(manager, [logId], { epoch, size, limit: 1 });
    if (head === undefined) return noCheckpoint({ epoch, size });
    if (head.size < old)
      return Refusal.conflict(
        size === undefined
          ? `The last checkpoint of epoch ${epoch} has fewer events than \`old\`. ${EPOCH_OF_KEPT}. If these are what you gave, ` +
              'the log has lost events'
          : '`new` must not be smaller than `old`',
      );
    const epochs = await this.trees.epochs(manager, [logId], { after: undefined, since: undefined });
    const { pruned = 0 } = epochs.find((one) => one.epoch === epoch) ?? {};
    return old < pruned
      ? new Refusal('gone', new Pruned(`What comes right after that checkpoint ${REMOVED}`))
      : head;
  }
}

/** Says why an event cannot be proved that is no leaf, or is not in the database. */
function unproved({ index, isRecorded, waits, mayBePruned }: FoundLeaf, eventId: string): Refusal {
  if (waits)
    return Refusal.conflict(
      'The event is recorded, but not sealed yet, which takes about a second: ask again then',
    );
  if (index !== null)
    return Refusal.conflict(
      'The event was deleted from the database after it was sealed: tell whoever is responsible for Strongroom. An export ' +
        'shows its place',
    );
  if (mayBePruned) return new Refusal('gone', new Pruned(`An event of that time ${REMOVED}`));
  return isRecorded
    ? Refusal.conflict(
        'The event is in the database, but was not recorded by the service: it is not in the signed log, and does not wait ' +
          'to be. Tell whoever is responsible for Strongroom',
      )
    : Refusal.missing('Event', eventId);
}
