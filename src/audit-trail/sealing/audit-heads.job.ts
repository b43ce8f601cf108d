import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newEvent } from '../../audit/audit-event.js';
import { appendEvent, SYSTEM_LOG } from '../../audit/audit-writer.js';
import { serviceCaller } from '../../audit/service-caller.js';
import type { Job, JobResult } from '../../jobs/job.js';
import { Logger } from '../../observability/logger.js';
import { base64 } from '../../transparency/base64.js';
import { HeadsRepository } from './heads.repository.js';

/** Bounds a line of the log and an event to about 30 kB. */
const MOST_HEADS = 200;

/**
 * Announces the heads that changed, once a minute, in the service's log and as an event of the system's log: a copy of either
 * that is kept outside covers all logs.
 */
@Injectable()
export class AuditHeadsJob implements Job {
  readonly name = 'audit heads';
  readonly intervalMilliseconds = 60_000;
  private beginsRound = true;

  constructor(
    @Inject(HeadsRepository) private readonly repository: HeadsRepository,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  async run(manager: EntityManager): Promise<JobResult> {
    const { beginsRound } = this;
    this.beginsRound = true;
    const changed = await this.repository.takeChanged(manager, { limit: MOST_HEADS, beginsRound });
    if (changed.length === 0) return 'done';
    const heads = changed.map(({ origin, size, root }) => `${origin} ${size} ${base64(root)}`).join(',');
    await appendEvent(manager, SYSTEM_LOG, newEvent('audit.heads', serviceCaller(), { detail: { heads } }));
    this.logger.info({ heads }, 'the audit trail was sealed up to these heads');
    if (changed.length < MOST_HEADS) return 'done';
    this.beginsRound = false;
    return 'more';
  }
}
