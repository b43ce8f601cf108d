import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditPartitions } from './audit-partitions.js';
import type { Job, JobResult } from '../../jobs/job.js';

const DAY_MS = 86_400_000;

/** Creates the partitions of the coming months, once a day. */
@Injectable()
export class AuditPartitionsJob implements Job {
  readonly name = 'audit partitions';
  readonly intervalMilliseconds = DAY_MS;

  constructor(@Inject(AuditPartitions) private readonly partitions: AuditPartitions) {}

  async run(manager: EntityManager): Promise<JobResult> {
    await this.partitions.ensure(manager);
    return 'done';
  }
}
