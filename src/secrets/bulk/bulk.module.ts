import { Module } from '@nestjs/common';
import { BulkController } from './bulk.controller.js';
import { BulkRead } from './bulk-read.service.js';
import { BulkReadsRepository } from './bulk-reads.repository.js';
import { BulkWrite } from './bulk-write.service.js';
import { PostgresBulkReadsRepository } from './postgres-bulk-reads.repository.js';
import { JointPlans } from './write/joint-plans.js';
import { JointTransaction } from './write/joint-transaction.js';
import { SecretRulesModule } from '../secret-rules.module.js';

/** Reads and writes many secrets at once. */
@Module({
  imports: [SecretRulesModule],
  controllers: [BulkController],
  providers: [
    BulkRead,
    BulkWrite,
    JointPlans,
    JointTransaction,
    { provide: BulkReadsRepository, useClass: PostgresBulkReadsRepository },
  ],
})
export class BulkModule {}
