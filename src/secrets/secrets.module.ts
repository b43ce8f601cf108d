import { Module } from '@nestjs/common';
import { PostgresSecretsRepository } from './store/postgres-secrets.repository.js';
import { SecretChanges } from './update-secret.js';
import { SecretCreation } from './store/secret-creation.js';
import { SecretFindingBatch } from './store/secret-lookup.batch.js';
import { SecretModification } from './store/secret-modification.js';
import { SecretReadBatch } from './store/secret-read.batch.js';
import { SecretSearchController } from './list/secret-search.controller.js';
import { SecretSealer } from './secret-sealer.js';
import { SecretsProvidersController } from './secrets-providers.controller.js';
import { SecretsController } from './secrets.controller.js';
import { SecretsRepository } from './secrets.repository.js';
import { SecretsService } from './secrets.service.js';
import { SharingModule } from './sharing/sharing.module.js';

@Module({
  imports: [SharingModule],
  controllers: [SecretsController, SecretSearchController, SecretsProvidersController],
  providers: [
    SecretsService,
    SecretReadBatch,
    SecretCreation,
    SecretFindingBatch,
    SecretModification,
    SecretSealer,
    SecretChanges,
    { provide: SecretsRepository, useClass: PostgresSecretsRepository },
  ],
})
export class SecretsModule {}
