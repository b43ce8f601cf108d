import { Module } from '@nestjs/common';
import { JobRunner } from './job-runner.js';

/** Provides the job runner to modules that register jobs. */
@Module({ providers: [JobRunner], exports: [JobRunner] })
export class JobsModule {}
