import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { AuditPartitions } from '../audit/audit-partitions.js';
import { JobRunner } from '../jobs/job-runner.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { TenantsModule } from '../tenants/tenants.module.js';
import { AuditPartitionsJob } from './audit-partitions.job.js';
import { AuditController } from './reading/audit.controller.js';
import { AuditEventsRepository } from './reading/audit-events.repository.js';
import { AuditReader } from './reading/audit-reader.service.js';
import { AuditSealerJob } from './sealing/audit-sealer.job.js';
import { Sealer } from './sealing/sealer.js';
import { SealingRepository } from './sealing/sealing.repository.js';
import { SigningKeysRepository } from './sealing/signing-keys.repository.js';
import { SigningKeys } from './sealing/signing-keys.js';

/** Serves the audit trail, and registers the jobs that maintain it in the background. */
@Module({
  imports: [JobsModule, TenantsModule],
  controllers: [AuditController],
  providers: [
    AuditPartitions,
    AuditPartitionsJob,
    AuditEventsRepository,
    AuditReader,
    AuditSealerJob,
    Sealer,
    SealingRepository,
    SigningKeys,
    SigningKeysRepository,
  ],
})
export class AuditTrailModule implements OnModuleInit {
  constructor(
    @Inject(JobRunner) private readonly jobs: JobRunner,
    @Inject(AuditPartitionsJob) private readonly partitions: AuditPartitionsJob,
    @Inject(AuditSealerJob) private readonly sealer: AuditSealerJob,
  ) {}

  onModuleInit(): void {
    for (const job of [this.partitions, this.sealer]) this.jobs.register(job);
  }
}
