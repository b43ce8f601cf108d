import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { namedQueryIn } from '../../database/named-query.js';
import type { Job, JobResult } from '../../jobs/job.js';
import { Logger } from '../../observability/logger.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Limits the batches that one run removes. */
const MOST_BATCHES = 5_000;

interface Swept {
  readonly removed: number;
  readonly forgotten: readonly string[];
  readonly overdue: readonly string[];
}

/** Removes the batches that all sinks have, and forgets sinks that are in no configuration any more. */
@Injectable()
export class AuditSinksJob implements Job {
  readonly name = 'audit sinks';
  readonly intervalMilliseconds = MINUTE_MS;
  private remindedAt = -Infinity;

  constructor(@Inject(Logger) private readonly logger: Logger) {}

  async run(manager: EntityManager): Promise<JobResult> {
    const [swept] = await namedQueryIn<Swept>(manager, {
      name: 'sweep_audit_batches',
      text: 'SELECT removed, forgotten, overdue FROM sweep_audit_batches($1)',
      values: [MOST_BATCHES],
    });
    if (swept === undefined) return 'done';
    for (const sink of swept.forgotten)
      this.logger.error(
        { alarm: 'audit_sink_forgotten', sink },
        'audit sink: it is in no configuration any more, and nothing is kept for it',
      );
    this.remind(swept.overdue);
    return swept.removed === MOST_BATCHES ? 'more' : 'done';
  }

  private remind(overdue: readonly string[]): void {
    if (overdue.length === 0 || performance.now() - this.remindedAt < HOUR_MS) return;
    this.remindedAt = performance.now();
    for (const sink of overdue)
      this.logger.error(
        { alarm: 'audit_sink_overdue', sink },
        'audit sink: pruning waits for it no more, and events may be removed before it has them',
      );
  }
}
