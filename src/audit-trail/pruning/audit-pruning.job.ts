import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Job, JobResult } from '../../jobs/job.js';
import { LogPruner } from './log-pruner.js';
import { PruningRepository } from './pruning.repository.js';

const HOUR_MS = 3_600_000;

/** Limits the rows that one transaction deletes. */
const BATCH_SIZE = 5_000;

/**
 * Removes events that are kept no longer, once an hour: declares the oldest leaves of logs removed, deletes them, and then
 * their events, with the partition of a month or in chunks. A run that was cut off is made up for by the next one, on any
 * replica, since the tables say what is left to do.
 */
@Injectable()
export class AuditPruningJob implements Job {
  readonly name = 'audit pruning';
  readonly intervalMilliseconds = HOUR_MS;
  /** True once all logs had their turn, until their events are gone. */
  private isRoundOver = false;

  constructor(
    @Inject(LogPruner) private readonly pruner: LogPruner,
    @Inject(PruningRepository) private readonly repository: PruningRepository,
  ) {}

  async run(manager: EntityManager): Promise<JobResult> {
    if (await this.repository.removeLeaves(manager, BATCH_SIZE)) return 'more';
    if (!this.isRoundOver && (await this.pruner.pruneSome(manager))) return 'more';
    this.isRoundOver = await this.removeEvents(manager);
    return this.isRoundOver ? 'more' : 'done';
  }

  /** Drops one partition, or deletes events of one month. Returns whether there may be more to do. */
  private async removeEvents(manager: EntityManager): Promise<boolean> {
    for (const month of await this.repository.months(manager)) {
      if (await this.repository.dropPartition(manager, month)) return true;
      if (await this.repository.removeEvents(manager, month, BATCH_SIZE)) return true;
    }
    return false;
  }
}
