import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { JobRunner } from '../../jobs/job-runner.js';
import { JobsModule } from '../../jobs/jobs.module.js';
import { AuditBackfillJob } from './audit-backfill.job.js';
import { AuditCheckpointsJob } from './audit-checkpoints.job.js';
import { AuditHeadsJob } from './audit-heads.job.js';
import { AuditSealerJob } from './audit-sealer.job.js';
import { HeadsRepository } from './heads.repository.js';
import { SealingMetrics } from './sealing-metrics.js';
import { SealingWatch } from './sealing-watch.js';
import { SealingModule } from './sealing.module.js';

/** Seals the audit trail in the background. The command imports `SealingModule` alone, and runs no jobs. */
@Module({
  imports: [JobsModule, SealingModule],
  providers: [
    AuditSealerJob,
    AuditHeadsJob,
    AuditBackfillJob,
    AuditCheckpointsJob,
    HeadsRepository,
    SealingMetrics,
    SealingWatch,
  ],
})
export class SealingJobsModule implements OnModuleInit {
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
