import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Metrics, type Sample } from '../observability/metrics/metrics.js';
import type { JobRecord } from './job-record.js';
import { JobRunner } from './job-runner.js';
import type { Job } from './job.js';

/** Registers the metrics of background jobs. */
@Injectable()
export class JobMetrics implements OnModuleInit {
  constructor(
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(JobRunner) private readonly jobs: JobRunner,
  ) {}

  onModuleInit(): void {
    const each = (value: (job: Job, record: JobRecord) => number) => (): readonly Sample[] =>
      this.jobs.records.map(({ job, record }) => ({
        labels: { job_name: job.name },
        value: value(job, record),
      }));
    const seconds = each(({ intervalMilliseconds }) => intervalMilliseconds / 1_000);
    this.metrics.register('strongroom_job_interval_seconds', seconds);
    this.metrics.register(
      'strongroom_job_last_success_timestamp_seconds',
      each((_, { succeededAt }) => succeededAt),
    );
    this.metrics.register(
      'strongroom_job_last_duration_seconds',
      each((_, { seconds }) => seconds),
    );
    this.metrics.register('strongroom_job_runs_total', () =>
      this.jobs.records.flatMap(({ job: { name: job_name }, record }) =>
        Object.entries(record.runs).map(([result, value]) => ({ labels: { job_name, result }, value })),
      ),
    );
  }
}
