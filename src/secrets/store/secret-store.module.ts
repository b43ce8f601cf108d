import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { registerBatch } from '../../database/database-metrics.js';
import { Metrics } from '../../observability/metrics/metrics.js';
import { TenantsModule } from '../../tenants/tenants.module.js';
import { UsersModule } from '../../users/users.module.js';
import { SecretsRepository } from '../secrets.repository.js';
import { PostgresSecretVersionsRepository } from '../versions/postgres-secret-versions.repository.js';
import { SecretVersionsRepository } from '../versions/secret-versions.repository.js';
import { PostgresSecretsRepository } from './postgres-secrets.repository.js';
import { KeyTurns } from './key-turns.js';
import { SecretChanges } from './secret-changes.js';
import { SecretInserts } from './secret-inserts.js';
import { SecretLookups } from './secret-lookups.js';
import { SecretReads } from './secret-reads.js';
import { SecretRows } from './secret-row.js';
import { SecretUpdates } from './secret-updates.js';
import { SecretWrites } from './secret-writes.js';

/** Provides the repository of secrets, and the parts of it that exports and imports share. */
@Module({
  imports: [TenantsModule, UsersModule],
  providers: [
    SecretRows,
    SecretLookups,
    SecretReads,
    SecretWrites,
    SecretInserts,
    KeyTurns,
    SecretChanges,
    SecretUpdates,
    { provide: SecretsRepository, useClass: PostgresSecretsRepository },
    { provide: SecretVersionsRepository, useClass: PostgresSecretVersionsRepository },
  ],
  exports: [
    SecretsRepository,
    SecretVersionsRepository,
    SecretRows,
    SecretLookups,
    SecretWrites,
    SecretChanges,
  ],
})
export class SecretStoreModule implements OnModuleInit {
  constructor(
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(SecretReads) private readonly reads: SecretReads,
    @Inject(SecretLookups) private readonly lookups: SecretLookups,
    @Inject(SecretWrites) private readonly writes: SecretWrites,
  ) {}

  onModuleInit(): void {
    registerBatch(this.metrics, 'read_secrets', () => this.reads.batches);
    registerBatch(this.metrics, 'find_secrets', () => this.lookups.batches);
    this.writes.register(this.metrics);
  }
}
