import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { JobRunner } from '../../jobs/job-runner.js';
import { JobsModule } from '../../jobs/jobs.module.js';
import { AuditSinksJob } from './audit-sinks.job.js';
import { SinkDeliveries } from './sink-deliveries.js';
import { SinksRepository } from './sinks.repository.js';

/** Delivers sealed events to the configured sinks. */
@Module({ imports: [JobsModule], providers: [AuditSinksJob, SinkDeliveries, SinksRepository] })
export class SinksModule implements OnModuleInit {
  constructor(
    @Inject(JobRunner) private readonly jobs: JobRunner,
    @Inject(AuditSinksJob) private readonly sinks: AuditSinksJob,
  ) {}

  onModuleInit(): void {
    this.jobs.register(this.sinks);
  }
}
