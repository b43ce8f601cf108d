import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Job, JobResult } from '../../jobs/job.js';

const MOST_EVENTS = 5_000;

/** Gives the sealer the events from before there were trees, in parts, while it keeps up with them. */
@Injectable()
export class AuditBackfillJob implements Job {
  readonly name = 'audit backfill';
  readonly intervalMilliseconds = 5_000;

  async run(manager: EntityManager): Promise<JobResult> {
    const [row] = await manager.query<{ more: boolean }[]>('SELECT enqueue_unsealed_events($1) AS more', [
      MOST_EVENTS,
    ]);
    return row?.more === true ? 'more' : 'done';
  }
}
