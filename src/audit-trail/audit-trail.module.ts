import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { AuditPartitions } from '../audit/audit-partitions.js';
import { JobRunner } from '../jobs/job-runner.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { AuditPartitionsJob } from './audit-partitions.job.js';

/** Registers the jobs that maintain the audit trail in the background. */
@Module({
  imports: [JobsModule],
  providers: [AuditPartitions, AuditPartitionsJob],
})
export class AuditTrailModule implements OnModuleInit {
  constructor(
    @Inject(JobRunner) private readonly jobs: JobRunner,
    @Inject(AuditPartitionsJob) private readonly partitions: AuditPartitionsJob,
  ) {}

  onModuleInit(): void {
    this.jobs.register(this.partitions);
  }
}
