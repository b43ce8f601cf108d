import { Module } from '@nestjs/common';
import { ExportedSecretsRepository } from './export/exported-secrets.repository.js';
import { PostgresExportedSecretsRepository } from './export/postgres-exported-secrets.repository.js';
import { SecretExportController } from './export/secret-export.controller.js';
import { SecretExport } from './export/secret-export.service.js';
import { ImportedSecretsRepository } from './import/imported-secrets.repository.js';
import { PostgresImportedSecretsRepository } from './import/postgres-imported-secrets.repository.js';
import { SecretImportController } from './import/secret-import.controller.js';
import { SecretImport } from './import/secret-import.service.js';
import { ImportPlanner } from './import/import-planner.js';
import { TenantsOfCaller } from './tenants-of-caller.js';
import { SecretRulesModule } from '../secret-rules.module.js';

/** Exports and imports secrets. */
@Module({
  imports: [SecretRulesModule],
  controllers: [SecretExportController, SecretImportController],
  providers: [
    SecretExport,
    SecretImport,
    ImportPlanner,
    TenantsOfCaller,
    { provide: ExportedSecretsRepository, useClass: PostgresExportedSecretsRepository },
    { provide: ImportedSecretsRepository, useClass: PostgresImportedSecretsRepository },
  ],
  exports: [SecretImport],
})
export class SharingModule {}
