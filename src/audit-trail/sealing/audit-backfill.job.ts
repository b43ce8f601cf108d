import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Job, JobResult } from '../../jobs/job.js';

const MOST_EVENTS = 5_000;

/** Sets the time for which nothing is asked once nothing is left: only a migration or a restore brings events from before. */
const PAUSE_MS = 3_600_000;

/** Gives the sealer the events from before there were trees, in parts, while it keeps up with them. */
@Injectable()
export class AuditBackfillJob implements Job {
  readonly name = 'audit backfill';
  readonly intervalMilliseconds = 5_000;

  private overAt = -Infinity;

  isDue(): Promise<boolean> {
    return Promise.resolve(performance.now() - this.overAt >= PAUSE_MS);
  }

  async run(manager: EntityManager): Promise<JobResult> {
    const [row] = await manager.query<{ more: boolean | null }[]>(
      'SELECT enqueue_unsealed_events($1) AS more',
      [MOST_EVENTS],
    );
    if (row?.more === null) this.overAt = performance.now();
    return row?.more === true ? 'more' : 'done';
  }
}
