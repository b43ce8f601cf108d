import { Module } from '@nestjs/common';
import { ExportingModule } from './exporting/exporting.module.js';
import { PartitionsModule } from './partitions/partitions.module.js';
import { ProvingModule } from './proving/proving.module.js';
import { PruningModule } from './pruning/pruning.module.js';
import { ReadingModule } from './reading/reading.module.js';
import { SealingJobsModule } from './sealing/sealing-jobs.module.js';
import { SinksModule } from './sinks/sinks.module.js';

/** Serves the audit trail, and maintains it in the background. */
@Module({
  imports: [
    PartitionsModule,
    SealingJobsModule,
    PruningModule,
    SinksModule,
    ReadingModule,
    ExportingModule,
    ProvingModule,
  ],
})
export class AuditTrailModule {}
