import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { JobRunner } from '../../jobs/job-runner.js';
import { JobsModule } from '../../jobs/jobs.module.js';
import { TenantsModule } from '../../tenants/tenants.module.js';
import { PostgresTrashRepository } from './postgres-trash.repository.js';
import { TrashSweep } from './trash-sweep.js';
import { TrashController } from './trash.controller.js';
import { TrashRepository } from './trash.repository.js';
import { TrashService } from './trash.service.js';
import { SecretRulesModule } from '../secret-rules.module.js';

/** Lists, restores and purges deleted secrets, and purges those that are kept no longer. */
@Module({
  imports: [SecretRulesModule, TenantsModule, JobsModule],
  controllers: [TrashController],
  providers: [TrashService, TrashSweep, { provide: TrashRepository, useClass: PostgresTrashRepository }],
})
export class TrashModule implements OnModuleInit {
  constructor(
    @Inject(JobRunner) private readonly jobs: JobRunner,
    @Inject(TrashSweep) private readonly sweep: TrashSweep,
  ) {}

  onModuleInit(): void {
    this.jobs.register(this.sweep);
  }
}
