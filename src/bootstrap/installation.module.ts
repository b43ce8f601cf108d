import { Global, Module, type DynamicModule, type Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditedTransaction } from '../audit/audited-transaction.js';
import { AuditWriter } from '../audit/audit-writer.js';
import { Configuration } from '../config/configuration.js';
import { Keyring } from '../crypto/keyring.js';
import { PasswordHasher } from '../crypto/password-hasher.js';
import { RootKeys } from '../crypto/root-keys.js';
import {
  registerDatabaseState,
  registerGroupCommit,
  registerLanes,
  registerPool,
} from '../database/database-metrics.js';
import { DatabaseHealth } from '../database/readiness/database-health.js';
import { Lanes } from '../database/lanes.js';
import { TenantTransaction } from '../database/tenant-transaction.js';
import { Logger } from '../observability/logger.js';
import { Metrics, NoMetrics } from '../observability/metrics/metrics.js';
import { registerQueue } from '../observability/metrics/register-queue.js';
import { PostgresTenantKeyStore } from '../tenants/postgres-tenant-key-store.js';
import type { Installation } from './installation.js';

/** Provides the parts of the installation to every module, by their classes. */
@Global()
@Module({})
export class InstallationModule {
  static of(installation: Installation, logger: Logger, metrics: Metrics = new NoMetrics()): DynamicModule {
    const { configuration, dataSource, keyDataSource, health, hasher, rootKeys } = installation;
    const lanes = new Lanes(dataSource, configuration.poolSize, health);
    const keyring = new Keyring(rootKeys, new PostgresTenantKeyStore(keyDataSource));
    const transaction = new TenantTransaction(lanes);
    const audit = new AuditWriter(transaction);
    registerMetrics(metrics, installation, { lanes, keyring, audit });
    const providers: Provider[] = [
      { provide: Configuration, useValue: configuration },
      { provide: Logger, useValue: logger },
      { provide: DataSource, useValue: dataSource },
      { provide: PasswordHasher, useValue: hasher },
      { provide: RootKeys, useValue: rootKeys },
      { provide: Keyring, useValue: keyring },
      { provide: DatabaseHealth, useValue: health },
      { provide: Lanes, useValue: lanes },
      { provide: TenantTransaction, useValue: transaction },
      { provide: AuditWriter, useValue: audit },
      { provide: Metrics, useValue: metrics },
      AuditedTransaction,
    ];
    return { module: InstallationModule, providers, exports: providers };
  }
}

interface Made {
  readonly lanes: Lanes;
  readonly keyring: Keyring;
  readonly audit: AuditWriter;
}

function registerMetrics(
  metrics: Metrics,
  { dataSource, keyDataSource, health, hasher }: Installation,
  { lanes, keyring, audit }: Made,
): void {
  registerLanes(metrics, lanes);
  registerPool(metrics, 'requests', dataSource);
  registerPool(metrics, 'keys', keyDataSource);
  registerDatabaseState(metrics, health);
  registerGroupCommit(metrics, 'record_events', () => audit.batches);
  registerQueue(metrics, 'password_hashes', () => hasher.hashQueue);
  metrics.register('strongroom_password_verifications_total', () => [{ value: hasher.verifications }]);
  metrics.register('strongroom_tenant_keys_cached', () => [{ value: keyring.cachedKeys }]);
  metrics.register('strongroom_tenant_key_unwraps_total', () => [{ value: keyring.unwraps }]);
}
