import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { Metrics } from '../../observability/metrics/metrics.js';
import { SchemaValidator } from '../value-schema/schema-validator.js';
import { SecretPreconditions } from '../secret-preconditions.js';
import { SecretSealer } from '../secret-sealer.js';
import { ExportedSecretsRepository } from './export/exported-secrets.repository.js';
import { PostgresExportedSecretsRepository } from './export/postgres-exported-secrets.repository.js';
import { SecretExportController } from './export/secret-export.controller.js';
import { SecretExport } from './export/secret-export.service.js';
import { ImportedSecretsRepository } from './import/imported-secrets.repository.js';
import { PostgresImportedSecretsRepository } from './import/postgres-imported-secrets.repository.js';
import { SecretImportController } from './import/secret-import.controller.js';
import { SecretImport } from './import/secret-import.service.js';
import { SecretStoreModule } from '../store/secret-store.module.js';
import { UpdateSecret } from '../update-secret.js';
import { VersionLimits } from '../versions/version-limits.js';
import { ImportPlanner } from './import/import-planner.js';
import { TenantsOfCaller } from './tenants-of-caller.js';

/** Exports and imports secrets. */
@Module({
  imports: [SecretStoreModule],
  controllers: [SecretExportController, SecretImportController],
  providers: [
    SecretExport,
    SecretImport,
    ImportPlanner,
    SecretPreconditions,
    UpdateSecret,
    VersionLimits,
    SecretSealer,
    SchemaValidator,
    TenantsOfCaller,
    { provide: ExportedSecretsRepository, useClass: PostgresExportedSecretsRepository },
    { provide: ImportedSecretsRepository, useClass: PostgresImportedSecretsRepository },
  ],
  exports: [SecretImport, SchemaValidator],
})
export class SharingModule implements OnModuleInit {
  constructor(
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(SchemaValidator) private readonly schemas: SchemaValidator,
  ) {}

  onModuleInit(): void {
    this.schemas.register(this.metrics);
  }
}
