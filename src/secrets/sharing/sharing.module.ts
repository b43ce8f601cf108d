import { Module } from '@nestjs/common';
import { SecretSealer } from '../secret-sealer.js';
import { ExportedSecretsRepository } from './exported-secrets.repository.js';
import { PostgresExportedSecretsRepository } from './postgres-exported-secrets.repository.js';
import { SecretExportController } from './secret-export.controller.js';
import { SecretExport } from './secret-export.service.js';
import { TenantsOfCaller } from './tenants-of-caller.js';

/** Export and import of secrets. */
@Module({
  controllers: [SecretExportController],
  providers: [
    SecretExport,
    SecretSealer,
    TenantsOfCaller,
    { provide: ExportedSecretsRepository, useClass: PostgresExportedSecretsRepository },
  ],
})
export class SharingModule {}
