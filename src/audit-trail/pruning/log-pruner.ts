import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { callerJson } from '../../audit/caller-json.js';
import { newId } from '../../common/ids.js';
import { Logger } from '../../observability/logger.js';
import { parseCheckpoint } from '../../transparency/note/checkpoint.js';
import { isSigned } from '../sealing/sealed-before.js';
import { SigningKeys } from '../sealing/signing-keys.js';
import { PruningRepository, type PrunableLog } from './pruning.repository.js';

/** Limits the events that one transaction looks at. */
const MOST_LEAVES = 20_000;

/** Holds how far the events below a checkpoint have been looked at. */
interface Look {
  readonly log: PrunableLog;
  readonly checked: number;
}

/**
 * Declares old leaves of logs removed, log by log: those below the last checkpoint below which every event is older than
 * the retention. A log whose tree is not what was signed is left alone, with an alarm.
 */
@Injectable()
export class LogPruner {
  private look: Look | undefined;
  /** The log after which the next one is looked for; null at the beginning of a round. */
  private after: string | null = null;

  constructor(
    @Inject(PruningRepository) private readonly repository: PruningRepository,
    @Inject(SigningKeys) private readonly keys: SigningKeys,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  /** Does a part of a round in the transaction of a job. Returns false once all logs had their turn. */
  async pruneSome(manager: EntityManager): Promise<boolean> {
    const look = this.look ?? (await this.begin(manager));
    if (look === undefined) {
      this.after = null;
      return false;
    }
    const { log, checked } = look;
    const until = Math.min(checked + MOST_LEAVES, log.size);
    const recent = await this.repository.firstRecent(manager, log, { from: checked, until });
    if (recent === undefined && until < log.size) {
      this.look = { log, checked: until };
      return true;
    }
    this.look = undefined;
    // A log that was pruned is found once more if its next epoch is old, too.
    if (!(await this.prune(manager, log, recent ?? log.size))) this.after = log.logId;
    return true;
  }

  private async begin(manager: EntityManager): Promise<Look | undefined> {
    const log = await this.repository.find(manager, this.after);
    return log === undefined ? undefined : { log, checked: log.removedBelow };
  }

  private async prune(manager: EntityManager, log: PrunableLog, size: number): Promise<boolean> {
    const pruned = (await this.isSigned(manager, log))
      ? await this.repository.prune(manager, log, size, callerJson(systemCaller()))
      : { ...log, isProved: false, leaves: 0 };
    if (pruned === undefined) return false;
    if (!pruned.isProved) {
      this.report(log);
      return false;
    }
    const { logId, epoch } = log;
    this.logger.info(
      { log: logId, epoch, size: pruned.size, events: pruned.leaves },
      'the oldest events of a log of the audit trail are removed',
    );
    return true;
  }

  private async isSigned(
    manager: EntityManager,
    { origin, size, note, keyId }: PrunableLog,
  ): Promise<boolean> {
    const root = parseCheckpoint(note)?.root;
    const publicKeys = await this.keys.publicKeys(manager);
    return root !== undefined && isSigned({ size, note, keyId }, { origin, root }, publicKeys);
  }

  private report({ logId, epoch, size }: PrunableLog): void {
    this.logger.error(
      { alarm: 'audit_pruning_stopped', log: logId, epoch, size },
      'old events of a log of the audit trail are not what was signed, and are not removed',
    );
  }
}

function systemCaller(): Parameters<typeof callerJson>[0] {
  return { actorId: null, actorName: null, method: 'system', requestId: newId(), address: null };
}
