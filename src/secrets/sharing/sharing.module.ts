import { Module } from '@nestjs/common';
import { SchemaValidator } from '../schema-validator.js';
import { SecretSealer } from '../secret-sealer.js';
import { ExportedSecretsRepository } from './exported-secrets.repository.js';
import { PostgresExportedSecretsRepository } from './postgres-exported-secrets.repository.js';
import { SecretExportController } from './secret-export.controller.js';
import { SecretExport } from './secret-export.service.js';
import { ImportedSecretsRepository } from './imported-secrets.repository.js';
import { PostgresImportedSecretsRepository } from './postgres-imported-secrets.repository.js';
import { SecretImportController } from './secret-import.controller.js';
import { SecretImport } from './secret-import.service.js';
import { TenantsOfCaller } from './tenants-of-caller.js';

/** Export and import of secrets. */
@Module({
  controllers: [SecretExportController, SecretImportController],
  providers: [
    SecretExport,
    SecretImport,
    SecretSealer,
    SchemaValidator,
    TenantsOfCaller,
    { provide: ExportedSecretsRepository, useClass: PostgresExportedSecretsRepository },
    { provide: ImportedSecretsRepository, useClass: PostgresImportedSecretsRepository },
  ],
  exports: [SecretImport, SchemaValidator],
})
export class SharingModule {}
