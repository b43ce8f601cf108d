import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AuditEvent } from '../../../audit/audit-event.js';
import { AuditWriter } from '../../../audit/audit-writer.js';
import { nameProblem } from '../../../common/resource-name.js';
import { TenantTransaction } from '../../../database/tenant-transaction.js';
import { actIn } from './import-rows.js';
import { ImportTransaction } from './import-transaction.js';
import {
  ImportedSecretsRepository,
  type Importer,
  type ImportOrder,
  type ImportOutcome,
  type ImportRules,
} from './imported-secrets.repository.js';

const USERS = `
  SELECT id, lower(username) AS name FROM users
  WHERE lower(username) = ANY ($1::text[]) AND deleted_at IS NULL`;

/** The adapter on PostgreSQL. */
@Injectable()
export class PostgresImportedSecretsRepository extends ImportedSecretsRepository {
  constructor(
    @Inject(TenantTransaction) private readonly transaction: TenantTransaction,
    @Inject(AuditWriter) private readonly audit: AuditWriter,
    @Inject(DataSource) private readonly dataSource: DataSource,
  ) {
    super();
  }

  importAll(importer: Importer, order: ImportOrder, rules: ImportRules): Promise<ImportOutcome> {
    const { logId } = importer;
    return this.transaction.run(logId, order.event.id, async (manager) => {
      await manager.query('SAVEPOINT import');
      const outcome = await new ImportTransaction(manager, this.audit, importer, order, rules).run();
      const refused = outcome.errors.size > 0;
      if (refused || order.dryRun) await manager.query('ROLLBACK TO SAVEPOINT import');
      await actIn(manager, logId);
      await this.audit.append(manager, logId, ended(order, outcome));
      return outcome;
    });
  }

  record(importer: Importer, event: AuditEvent<'secret.import'>): Promise<void> {
    return this.audit.record(importer.logId, event);
  }

  async users(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const possible = names
      .filter((name) => nameProblem(name) === undefined)
      .map((name) => name.toLowerCase());
    if (possible.length === 0) return new Map();
    const rows = await this.dataSource.query<{ id: string; name: string }[]>(USERS, [possible]);
    return new Map(rows.map(({ id, name }) => [name, id]));
  }
}

function ended(
  { event, rows, override, dryRun }: ImportOrder,
  { colliding, errors }: ImportOutcome,
): AuditEvent<'secret.import'> {
  return {
    ...event,
    outcome: errors.size > 0 ? 'refused' : 'ok',
    detail: {
      secrets: String(rows.length),
      override: String(override),
      dry_run: String(dryRun),
      colliding: String(colliding.length),
      errors: String(errors.size),
    },
  };
}
