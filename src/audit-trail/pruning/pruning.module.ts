import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { JobRunner } from '../../jobs/job-runner.js';
import { JobsModule } from '../../jobs/jobs.module.js';
import { TenantsModule } from '../../tenants/tenants.module.js';
import { SealingModule } from '../sealing/sealing.module.js';
import { AuditPruningJob } from './audit-pruning.job.js';
import { LogPruner } from './log-pruner.js';
import { PruningRepository } from './pruning.repository.js';

/** Removes events that are kept no longer. */
@Module({
  imports: [JobsModule, SealingModule, TenantsModule],
  providers: [AuditPruningJob, LogPruner, PruningRepository],
})
export class PruningModule implements OnModuleInit {
  constructor(
    @Inject(JobRunner) private readonly jobs: JobRunner,
    @Inject(AuditPruningJob) private readonly pruning: AuditPruningJob,
  ) {}

  onModuleInit(): void {
    this.jobs.register(this.pruning);
  }
}
