import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { createAuditPartitions } from '../../database/schema/create-audit-partitions.js';
import { Logger } from '../../observability/logger.js';

/** Creates the partitions of the table of events. */
@Injectable()
export class AuditPartitions {
  constructor(@Inject(Logger) private readonly logger: Logger) {}

  /**
   * Creates the missing partitions of the current and the coming months. Logs an alarm while the default partition
   * holds events: no event is lost, but a clock was far off when they were created.
   */
  async ensure(manager: EntityManager): Promise<void> {
    const events = await createAuditPartitions(manager);
    if (events === 0) return;
    this.logger.error(
      { alarm: 'audit_default_partition', events },
      'events lie in the default partition of the audit trail: look for a clock that is wrong',
    );
  }
}
