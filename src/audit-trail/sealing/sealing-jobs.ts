import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { JobRunner } from '../../jobs/job-runner.js';
import { AuditBackfillJob } from './audit-backfill.job.js';
import { AuditCheckpointsJob } from './audit-checkpoints.job.js';
import { AuditHeadsJob } from './audit-heads.job.js';
import { AuditSealerJob } from './audit-sealer.job.js';

/** Registers the jobs that seal the audit trail. */
@Injectable()
export class SealingJobs implements OnModuleInit {
  constructor(
    @Inject(JobRunner) private readonly jobs: JobRunner,
    @Inject(AuditSealerJob) private readonly sealer: AuditSealerJob,
    @Inject(AuditHeadsJob) private readonly heads: AuditHeadsJob,
    @Inject(AuditBackfillJob) private readonly backfill: AuditBackfillJob,
    @Inject(AuditCheckpointsJob) private readonly checkpoints: AuditCheckpointsJob,
  ) {}

  onModuleInit(): void {
    for (const job of [this.sealer, this.heads, this.backfill, this.checkpoints]) this.jobs.register(job);
  }
}
