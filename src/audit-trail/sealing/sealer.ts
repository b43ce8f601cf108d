import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { serviceCaller } from '../../audit/service-caller.js';
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

/** Gives the time after which a log that could not be sealed is looked at again. */
const STOPPED_MS = 60_000;

/** Limits the stopped logs that a line of the log names. */
const MOST_NAMED = 20;

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
  private readonly counts = { events: 0, checkpoints: 0 };

  constructor(
    @Inject(SealingRepository) private readonly repository: SealingRepository,
    @Inject(SigningKeys) private readonly keys: SigningKeys,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  /** Returns what this process has sealed, and how many logs it leaves alone. */
  get totals(): { readonly events: number; readonly checkpoints: number; readonly stopped: number } {
    return { ...this.counts, stopped: this.stopped.size };
  }

  /** Tells whether there is something to seal, which needs no transaction. */
  async isDue(manager: EntityManager): Promise<boolean> {
    const isDue = await this.repository.isDue(manager);
    if (!isDue) this.after = undefined;
    return isDue;
  }

  /**
   * Seals a batch of events, in a transaction of a job. Returns whether there is more to seal at once.
   * @throws UnknownKeyError, DecryptionError when the key that signs does not open
   */
  async sealSome(manager: EntityManager): Promise<boolean> {
    const state = await this.repository.state(manager);
    if (!state.maySeal) {
      this.after = undefined;
      return false;
    }
    const key = await this.keys.active(manager, state.installationId);
    if (state.hasMoved) await this.beginEpoch(manager);
    const logs = await this.sealable(manager, state);
    this.after = logs.length < MOST_LOGS ? undefined : logs.at(-1)?.log.logId;
    const sealed = logs.filter(({ log }) => log.hashes.length > 0);
    if (sealed.length > 0)
      await this.repository.store(
        manager,
        key.id,
        sealed.map((each) => sign(each, originOf(each.log, state), key.signer)),
      );
    this.count(sealed);
    return this.after !== undefined || logs.some(({ log }) => log.isFull);
  }

  private count(sealed: readonly SealableLog[]): void {
    this.counts.checkpoints += sealed.length;
    this.counts.events += sealed.reduce((sum, { log }) => sum + log.hashes.length / HASH_BYTES, 0);
  }

  /** Takes the events of a batch of logs, of which each is what was signed last. */
  private async sealable(manager: EntityManager, state: SealingState): Promise<SealableLog[]> {
    if (performance.now() - this.stoppedSince > STOPPED_MS) this.stopped = new Set();
    const publicKeys = await this.keys.publicKeys(manager);
    await manager.query('SAVEPOINT seal');
    for (;;) {
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
      this.stop(
        checked.flatMap(({ log, tree }) => (typeof tree === 'string' ? [{ log, problem: tree }] : [])),
      );
    }
  }

  /** Leaves logs alone, and says so in one line, of a restored database with many logs too. */
  private stop(found: readonly { readonly log: UnsealedLog; readonly problem: SealingProblem }[]): void {
    if (this.stopped.size === 0) this.stoppedSince = performance.now();
    for (const { log } of found) this.stopped.add(log.logId);
    const logs = found
      .slice(0, MOST_NAMED)
      .map(({ log: { logId, epoch, size }, problem }) => ({ log: logId, epoch, size, problem }));
    this.logger.error(
      { alarm: 'audit_sealing_stopped', count: found.length, logs },
      'logs of the audit trail are not what was signed, and are not sealed until a new epoch begins',
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
    const epoch = await this.repository.beginEpoch(manager, {
      eventId: newId(),
      reason: RESTORED,
      caller: serviceCaller(),
    });
    this.logger.warn(
      { epoch },
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
