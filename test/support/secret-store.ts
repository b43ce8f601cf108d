import type { DataSource } from 'typeorm';
import { loadConfiguration } from '../../src/config/load-configuration.js';
import { AuditWriter } from '../../src/audit/audit-writer.js';
import { TenantTransaction } from '../../src/database/tenant-transaction.js';
import { KeyTurns } from '../../src/secrets/store/key-turns.js';
import { SecretChanges } from '../../src/secrets/store/secret-changes.js';
import { SecretInserts } from '../../src/secrets/store/secret-inserts.js';
import { SecretLookups } from '../../src/secrets/store/secret-lookups.js';
import { SecretRows } from '../../src/secrets/store/secret-row.js';
import { SecretUpdates } from '../../src/secrets/store/secret-updates.js';
import { UsersRepository } from '../../src/users/users.repository.js';
import { SecretWrites } from '../../src/secrets/store/secret-writes.js';
import { lanesOf } from './lanes.js';

export interface SecretStore {
  readonly rows: SecretRows;
  readonly lookups: SecretLookups;
  readonly writes: SecretWrites;
  readonly inserts: SecretInserts;
  readonly updates: SecretUpdates;
}

/** Assembles the store of secrets as its module does. */
export function secretStoreOn(dataSource: DataSource): SecretStore {
  const lanes = lanesOf(dataSource);
  const transaction = new TenantTransaction(lanes);
  const rows = new SecretRows(dataSource);
  const lookups = new SecretLookups(lanes, rows, loadConfiguration({ NODE_ENV: 'test' }));
  const writes = new SecretWrites(transaction);
  const audit = new AuditWriter(transaction);
  const changes = new SecretChanges(rows, lookups, lanes, new UsersRepository());
  return {
    rows,
    lookups,
    writes,
    inserts: new SecretInserts(rows, writes, lookups),
    updates: new SecretUpdates(new KeyTurns(), changes, lookups, writes, transaction, audit),
  };
}
