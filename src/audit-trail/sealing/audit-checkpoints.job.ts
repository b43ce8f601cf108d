import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Job, JobResult } from '../../jobs/job.js';

const MOST_CHECKPOINTS = 5_000;

/** Deletes checkpoints that need not be kept: one an hour remains for 30 days, and then one a day. */
@Injectable()
export class AuditCheckpointsJob implements Job {
  readonly name = 'audit checkpoints';
  readonly intervalMilliseconds = 3_600_000;

  async run(manager: EntityManager): Promise<JobResult> {
    const [row] = await manager.query<{ looked: number }[]>('SELECT thin_audit_checkpoints($1) AS looked', [
      MOST_CHECKPOINTS,
    ]);
    return (row?.looked ?? 0) >= MOST_CHECKPOINTS ? 'more' : 'done';
  }
}
