import { Module } from '@nestjs/common';
import { Drain } from './drain.js';
import { Readiness } from './readiness.js';

/** Provides the drain and the readiness, of which a process has one each. */
@Module({ providers: [Drain, Readiness], exports: [Drain, Readiness] })
export class ReadinessModule {}
