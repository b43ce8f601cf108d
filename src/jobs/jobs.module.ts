import { Module } from '@nestjs/common';
import { JobMetrics } from './job-metrics.js';
import { JobRunner } from './job-runner.js';

/** Provides the job runner to modules that register jobs. */
@Module({ providers: [JobRunner, JobMetrics], exports: [JobRunner] })
export class JobsModule {}
