import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { callerJson } from '../../audit/caller-json.js';
import { newId } from '../../common/ids.js';
import { Logger } from '../../observability/logger.js';
import { originText } from '../../transparency/log-origin.js';
import type { CheckpointSigner } from '../../transparency/note/checkpoint-signer.js';
import { Appender } from '../../transparency/tree/appender.js';
import type { Frontier } from '../../transparency/tree/frontier.js';
import { HASH_BYTES } from '../../transparency/tree/hash.js';
import { KnownHeads } from './known-heads.js';
import { sealedBefore, type SealingProblem } from './sealed-before.js';
import {
  SealingRepository,
  type SealedLog,
  type SealingState,
  type UnsealedLog,
} from './sealing.repository.js';
import { SigningKeys } from './signing-keys.js';

/** About how many events one transaction seals. */
const MOST_EVENTS = 5_000;

/** The number of logs of a transaction, which seal_pending_events determines. */
const MOST_LOGS = 500;

/** The levels whose nodes are stored are the multiples of this. */
const STORED_LEVELS = 8;

/** How long a log that cannot be sealed is left alone before it is looked at again. */
const STOPPED_MS = 60_000;

const RESTORED =
  'The database is another one than the one that sealed events last: it was restored, failed over or moved';

/**
 * Makes leaves of recorded events, and signs the trees. A log that is behind what was signed, or is not what was signed, is
 * left alone, with an alarm, until a new epoch begins.
 */
@Injectable()
export class Sealer {
  private readonly heads = new KnownHeads();
  /** The last log of a full batch; undefined at the beginning of a round. */
  private after: string | undefined;
  private stopped = new Set<string>();
  private stoppedSince = 0;

  constructor(
    @Inject(SealingRepository) private readonly repository: SealingRepository,
    @Inject(SigningKeys) private readonly keys: SigningKeys,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  /**
   * Seals a batch of events, in a transaction of a job. Returns whether there is more to seal at once.
   * @throws UnknownKeyError, DecryptionError when the key that signs does not open
   */
  async sealSome(manager: EntityManager): Promise<boolean> {
    const state = await this.repository.state(manager);
    if (!state.isPending) {
      this.after = undefined;
      return false;
    }
    if (state.incarnation !== state.sealedBy) await this.beginEpoch(manager);
    const logs = await this.sealable(manager, state);
    this.after = logs.length < MOST_LOGS ? undefined : logs.at(-1)?.log.logId;
    if (logs.length === 0) return false;
    const key = await this.keys.active(manager, state.installationId);
    const sealed = logs.filter(({ log }) => log.hashes.length > 0);
    if (sealed.length > 0)
      await this.repository.store(
        manager,
        key.id,
        sealed.map((each) => sign(each, originOf(each.log, state), key.signer)),
      );
    return this.after !== undefined || logs.some(({ log }) => log.isFull);
  }

  /** Takes the events of a batch of logs, of which each is what was signed last. */
  private async sealable(manager: EntityManager, state: SealingState): Promise<SealableLog[]> {
    if (performance.now() - this.stoppedSince > STOPPED_MS) this.stopped = new Set();
    const publicKeys = await this.keys.publicKeys(manager);
    for (;;) {
      await manager.query('SAVEPOINT seal');
      const batch = { after: this.after, stopped: [...this.stopped], limit: MOST_EVENTS };
      const logs = await this.repository.seal(manager, batch);
      const checked = logs.map((log) => ({
        log,
        tree: sealedBefore(log, originOf(log, state), { heads: this.heads, publicKeys }),
      }));
      const sound = checked.filter((each): each is SealableLog => typeof each.tree !== 'string');
      if (sound.length === checked.length) {
        for (const log of logs) this.reportMissing(log);
        return sound;
      }
      await manager.query('ROLLBACK TO SAVEPOINT seal');
      for (const { log, tree } of checked) if (typeof tree === 'string') this.stop(log, tree);
    }
  }

  private stop({ logId, epoch, size }: UnsealedLog, problem: SealingProblem): void {
    if (this.stopped.size === 0) this.stoppedSince = performance.now();
    this.stopped.add(logId);
    this.logger.error(
      { alarm: 'audit_sealing_stopped', log: logId, epoch, size, problem },
      'a log of the audit trail is not what was signed, and is not sealed until a new epoch begins',
    );
  }

  private reportMissing({ logId, missing }: UnsealedLog): void {
    if (missing === 0) return;
    this.logger.error(
      { alarm: 'audit_event_missing', log: logId, events: missing },
      'events of the audit trail were deleted before they were sealed',
    );
  }

  private async beginEpoch(manager: EntityManager): Promise<void> {
    const caller = {
      actorId: null,
      actorName: null,
      method: 'system',
      requestId: newId(),
      address: null,
    } as const;
    const logs = await this.repository.beginEpoch(manager, RESTORED, callerJson(caller));
    this.logger.warn(
      { logs },
      'a new epoch of the audit trail begins: the database was restored, failed over or moved',
    );
  }
}

/** Holds a log whose tree is the one that was signed last. */
interface SealableLog {
  readonly log: UnsealedLog;
  readonly tree: Frontier;
}

function originOf({ logId, epoch }: UnsealedLog, { installationId }: SealingState): string {
  return originText({ installationId, logId, epoch });
}

function sign(
  { log: { logId, hashes }, tree }: SealableLog,
  origin: string,
  signer: CheckpointSigner,
): SealedLog {
  const appender = new Appender(tree);
  const nodes = [];
  for (let begin = 0; begin < hashes.length; begin += HASH_BYTES) {
    const { completed } = appender.appendHash(hashes.subarray(begin, begin + HASH_BYTES));
    nodes.push(...completed.filter(({ level }) => level % STORED_LEVELS === 0));
  }
  const { size, hashes: frontier } = appender.frontier;
  const root = appender.frontier.root();
  return {
    logId,
    size,
    frontier: Buffer.concat(frontier),
    root,
    note: signer.sign({ origin, size, root }),
    nodes,
  };
}
