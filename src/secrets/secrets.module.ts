import { Module } from '@nestjs/common';
import { PostgresSecretsRepository } from './postgres-secrets.repository.js';
import { SecretChanges } from './secret-changes.js';
import { SecretCreation } from './secret-creation.js';
import { SecretFindingBatch } from './secret-finding.batch.js';
import { SecretModification } from './secret-modification.js';
import { SecretReadBatch } from './secret-read.batch.js';
import { SecretSearchController } from './secret-search.controller.js';
import { SecretSealer } from './secret-sealer.js';
import { SecretsV31Controller } from './secrets-v31.controller.js';
import { SecretsProvidersController } from './secrets-providers.controller.js';
import { SecretsController } from './secrets.controller.js';
import { SecretsRepository } from './secrets.repository.js';
import { SecretsService } from './secrets.service.js';
import { SharingModule } from './sharing/sharing.module.js';

@Module({
  imports: [SharingModule],
  controllers: [SecretsController, SecretsV31Controller, SecretSearchController, SecretsProvidersController],
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
