import { Module } from '@nestjs/common';
import { CreateSecret } from '../create-secret.js';
import { SecretPreconditions } from '../secret-preconditions.js';
import { SecretSealer } from '../secret-sealer.js';
import { SharingModule } from '../sharing/sharing.module.js';
import { SecretStoreModule } from '../store/secret-store.module.js';
import { UpdateSecret } from '../update-secret.js';
import { BulkController } from './bulk.controller.js';
import { BulkRead } from './bulk-read.service.js';
import { BulkReadsRepository } from './bulk-reads.repository.js';
import { BulkWrite } from './bulk-write.service.js';
import { PostgresBulkReadsRepository } from './postgres-bulk-reads.repository.js';
import { JointPlans } from './write/joint-plans.js';
import { JointTransaction } from './write/joint-transaction.js';

/** Reads and writes many secrets at once. */
@Module({
  imports: [SecretStoreModule, SharingModule],
  controllers: [BulkController],
  providers: [
    BulkRead,
    BulkWrite,
    CreateSecret,
    JointPlans,
    JointTransaction,
    SecretPreconditions,
    SecretSealer,
    UpdateSecret,
    { provide: BulkReadsRepository, useClass: PostgresBulkReadsRepository },
  ],
})
export class BulkModule {}
