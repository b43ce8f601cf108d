import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { AuditPartitions } from '../audit/audit-partitions.js';
import { JobRunner } from '../jobs/job-runner.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { AuditPartitionsJob } from './audit-partitions.job.js';
import { AuditController } from './reading/audit.controller.js';
import { AuditEventsRepository } from './reading/audit-events.repository.js';
import { AuditReader } from './reading/audit-reader.service.js';

/** Serves the audit trail, and registers the jobs that maintain it in the background. */
@Module({
  imports: [JobsModule],
  controllers: [AuditController],
  providers: [AuditPartitions, AuditPartitionsJob, AuditEventsRepository, AuditReader],
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
