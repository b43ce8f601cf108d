import { Module } from '@nestjs/common';
import { AuditController } from './audit.controller.js';
import { AuditEventsRepository } from './audit-events.repository.js';
import { AuditReader } from './audit-reader.service.js';
import { ScopedReading } from './scoped-reading.js';

/** Lists events, and provides what exports and proofs share with the lists: reading within the caller's rights. */
@Module({
  controllers: [AuditController],
  providers: [AuditEventsRepository, AuditReader, ScopedReading],
  exports: [AuditEventsRepository, ScopedReading],
})
export class ReadingModule {}
