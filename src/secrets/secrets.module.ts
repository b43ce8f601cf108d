import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { CopiesModule } from './copies/copies.module.js';
import { BulkModule } from './bulk/bulk.module.js';
import { SecretChangesModule } from './changes/secret-changes.module.js';
import { SecretSearchController } from './list/secret-search.controller.js';
import { MovesModule } from './moves/moves.module.js';
import { LastReadsRepository } from './reads/last-reads.repository.js';
import { SecretReadsController } from './reads/secret-reads.controller.js';
import { SecretsProvidersController } from './secrets-providers.controller.js';
import { SecretsController } from './secrets.controller.js';
import { SecretsService } from './secrets.service.js';
import { RestoreVersion } from './versions/restore-version.js';
import { SecretVersionsController } from './versions/secret-versions.controller.js';
import { SecretVersionsService } from './versions/secret-versions.service.js';
import { SharingModule } from './sharing/sharing.module.js';
import { TenantsModule } from '../tenants/tenants.module.js';
import { SecretRulesModule } from './secret-rules.module.js';
import { JobRunner } from '../jobs/job-runner.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { SecretStatisticsJob } from './store/secret-statistics.job.js';

@Module({
  imports: [
    JobsModule,
    SecretRulesModule,
    SharingModule,
    MovesModule,
    CopiesModule,
    BulkModule,
    SecretChangesModule,
    TenantsModule,
  ],
  controllers: [
    SecretsController,
    SecretVersionsController,
    SecretReadsController,
    SecretSearchController,
    SecretsProvidersController,
  ],
  providers: [
    SecretsService,
    LastReadsRepository,
    RestoreVersion,
    SecretVersionsService,
    SecretStatisticsJob,
  ],
})
export class SecretsModule implements OnModuleInit {
  constructor(
    @Inject(JobRunner) private readonly jobs: JobRunner,
    @Inject(SecretStatisticsJob) private readonly statistics: SecretStatisticsJob,
  ) {}

  onModuleInit(): void {
    this.jobs.register(this.statistics);
  }
}
