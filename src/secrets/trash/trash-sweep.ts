import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Configuration } from '../../config/configuration.js';
import { namedQueryIn } from '../../database/named-query.js';
import type { Job, JobResult } from '../../jobs/job.js';

const TEN_MINUTES_MS = 600_000;

/** Limits what one transaction looks at and purges. */
const TENANTS_PER_RUN = 100;
const BATCH_SIZE = 500;

/**
 * Purges what the trash of each tenant no longer keeps, tenant by tenant. A run that was rolled back is made up for when
 * the tenants' turn comes again.
 */
@Injectable()
export class TrashSweep implements Job {
  readonly name = 'trash sweep';
  readonly intervalMilliseconds = TEN_MINUTES_MS;
  private readonly bounds: readonly number[];
  /** The tenant after which the next run goes on; null for the first of all. */
  private after: string | null = null;

  constructor(@Inject(Configuration) configuration: Configuration) {
    const { trashDays, minTrashDays, maxTrashDays, maxTrashEntries, maxTrashBytes } = configuration;
    this.bounds = [trashDays, minTrashDays, maxTrashDays, maxTrashEntries, maxTrashBytes];
  }

  async run(manager: EntityManager, signal: AbortSignal): Promise<JobResult> {
    for (let tenants = 0; tenants < TENANTS_PER_RUN && !signal.aborted; tenants += 1) {
      const [swept] = await namedQueryIn<{ tenant_id: string; purged: number }>(manager, {
        name: 'sweep_trash',
        text: 'SELECT tenant_id, purged FROM sweep_trash($1, $2, $3, $4, $5, $6, $7)',
        values: [this.after, ...this.bounds, BATCH_SIZE],
      });
      if (swept === undefined) {
        this.after = null;
        return 'done';
      }
      // Another batch of the same tenant belongs to another transaction.
      if (swept.purged === BATCH_SIZE) return 'more';
      this.after = swept.tenant_id;
    }
    return 'more';
  }
}
