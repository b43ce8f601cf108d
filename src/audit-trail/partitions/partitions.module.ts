import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { JobRunner } from '../../jobs/job-runner.js';
import { JobsModule } from '../../jobs/jobs.module.js';
import { AuditPartitions } from './audit-partitions.js';
import { AuditPartitionsJob } from './audit-partitions.job.js';

/** Creates the partitions of the table of events ahead of time. */
@Module({ imports: [JobsModule], providers: [AuditPartitions, AuditPartitionsJob] })
export class PartitionsModule implements OnModuleInit {
  constructor(
    @Inject(JobRunner) private readonly jobs: JobRunner,
    @Inject(AuditPartitionsJob) private readonly partitions: AuditPartitionsJob,
  ) {}

  onModuleInit(): void {
    this.jobs.register(this.partitions);
  }
}
