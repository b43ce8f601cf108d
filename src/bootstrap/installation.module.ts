import { Global, Module, type DynamicModule, type Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditedTransaction } from '../audit/audited-transaction.js';
import { AuditWriter } from '../audit/audit-writer.js';
import { Configuration } from '../config/configuration.js';
import { Keyring } from '../crypto/keyring.js';
import { PasswordHasher } from '../crypto/password-hasher.js';
import { RootKeys } from '../crypto/root-keys.js';
import { DatabaseHealth } from '../database/readiness/database-health.js';
import { Lanes } from '../database/lanes.js';
import { TenantTransaction } from '../database/tenant-transaction.js';
import { Logger } from '../observability/logger.js';
import { PostgresTenantKeyStore } from '../tenants/postgres-tenant-key-store.js';
import type { Installation } from './installation.js';

/** Provides the parts of the installation to every module, by their classes. */
@Global()
@Module({})
export class InstallationModule {
  static of(installation: Installation, logger: Logger): DynamicModule {
    const { configuration, dataSource, keyDataSource, health, hasher, rootKeys } = installation;
    const lanes = new Lanes(dataSource, configuration.poolSize, health);
    const providers: Provider[] = [
      { provide: Configuration, useValue: configuration },
      { provide: Logger, useValue: logger },
      { provide: DataSource, useValue: dataSource },
      { provide: PasswordHasher, useValue: hasher },
      { provide: RootKeys, useValue: rootKeys },
      { provide: Keyring, useValue: new Keyring(rootKeys, new PostgresTenantKeyStore(keyDataSource)) },
      { provide: DatabaseHealth, useValue: health },
      { provide: Lanes, useValue: lanes },
      { provide: TenantTransaction, useValue: new TenantTransaction(lanes) },
      AuditWriter,
      AuditedTransaction,
    ];
    return { module: InstallationModule, providers, exports: providers };
  }
}
