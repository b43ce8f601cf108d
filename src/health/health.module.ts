import { Module } from '@nestjs/common';
import { Drain } from '../api/http/drain.js';
import { DatabaseReadiness } from './database-readiness.js';
import { HealthController } from './health.controller.js';
import { Readiness } from './readiness.js';

@Module({
  controllers: [HealthController],
  providers: [Drain, { provide: Readiness, useClass: DatabaseReadiness }],
})
export class HealthModule {}
