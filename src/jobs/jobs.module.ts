import { Module } from '@nestjs/common';
import { JobRunner } from './job-runner.js';

/** Imported by each module that registers jobs. */
@Module({ providers: [JobRunner], exports: [JobRunner] })
export class JobsModule {}
