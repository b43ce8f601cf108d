import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newEvent, type AuditEvent } from '../../../audit/audit-event.js';
import { AuditWriter } from '../../../audit/audit-writer.js';
import { nameProblem } from '../../../common/names/resource-name.js';
import { TimeSlice } from '../../../common/turns/time-slice.js';
import { isContention } from '../../../database/connection/unavailability.js';
import { Lanes } from '../../../database/lanes.js';
import { TenantTransaction } from '../../../database/tenant-transaction.js';
import type { StoredSecret } from '../../secret.js';
import { SecretLookups } from '../../store/secret-lookups.js';
import { insertRecord, updateRecord } from '../../store/secret-records.js';
import { SecretRows } from '../../store/secret-row.js';
import { SecretWrites } from '../../store/secret-writes.js';
import { ImportTransaction, type PreparedRow } from './import-transaction.js';
import type { ImportedRow } from './imported-row.js';
import {
  ImportedSecretsRepository,
  type Importer,
  type ImportOutcome,
  type ImportPlan,
  type PlannedRow,
} from './imported-secrets.repository.js';

/** Limits the rows that are looked up together. */
const CHUNK = 500;

const USERS = `
  SELECT id, lower(username) AS name FROM users
  WHERE lower(username) = ANY ($1::text[]) AND deleted_at IS NULL`;

/** Allows an import to wait longer for locks, since it would have to start over without them. */
const WAIT_FOR_LOCKS =
  "SELECT set_config('lock_timeout', '4s', true), set_config('statement_timeout', '5s', true)";

/** Imports secrets into PostgreSQL. */
@Injectable()
export class PostgresImportedSecretsRepository extends ImportedSecretsRepository {
  constructor(
    @Inject(TenantTransaction) private readonly transaction: TenantTransaction,
    @Inject(AuditWriter) private readonly audit: AuditWriter,
    @Inject(Lanes) private readonly lanes: Lanes,
    @Inject(SecretRows) private readonly rows: SecretRows,
    @Inject(SecretLookups) private readonly lookups: SecretLookups,
    @Inject(SecretWrites) private readonly writes: SecretWrites,
  ) {
    super();
  }

  async find(rows: readonly ImportedRow[]): Promise<ReadonlyMap<number, StoredSecret>> {
    const present = new Map<number, StoredSecret>();
    for (let start = 0; start < rows.length; start += CHUNK) {
      const chunk = rows.slice(start, start + CHUNK);
      const found = await Promise.all(chunk.map(({ tenant, key }) => this.lookups.find(tenant, key)));
      for (const [place, { index }] of chunk.entries()) {
        const secret = found[place];
        if (secret !== undefined && !('kind' in secret)) present.set(index, secret);
      }
    }
    return present;
  }

  /** Seals everything before the transaction begins, so that locks are held only while rows are written. */
  async importAll(importer: Importer, plan: ImportPlan): Promise<ImportOutcome> {
    const prepared = await this.prepare(importer, plan);
    const { logId } = importer;
    const { event, override, dryRun } = plan;
    const attempt = async (manager: EntityManager): Promise<ImportOutcome> => {
      await manager.query(WAIT_FOR_LOCKS);
      await manager.query('SAVEPOINT import');
      const work = new ImportTransaction(manager, this.writes, importer, prepared, override);
      const outcome = await work.run();
      const isRefused = outcome.kind === 'stale' || outcome.errors.size > 0;
      if (isRefused || dryRun) await manager.query('ROLLBACK TO SAVEPOINT import');
      if (outcome.kind === 'stale') return outcome;
      await manager.query("SELECT set_config('app.tenant', $1, true)", [logId]);
      await this.audit.append(manager, logId, ended(plan, outcome));
      return outcome;
    };
    const options = { lane: 'imports', share: { group: logId, member: importer.userId } } as const;
    return this.transaction.run(logId, event.id, attempt, options).catch((error: unknown) => {
      // Another import of the same keys held its locks for too long: nothing was written.
      if (!isContention(error)) throw error;
      return { kind: 'stale', rows: plan.rows.map(({ row }) => row) };
    });
  }

  record(importer: Importer, event: AuditEvent): Promise<void> {
    return this.audit.record(importer.logId, event);
  }

  async users(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const possible = names
      .filter((name) => nameProblem(name) === undefined)
      .map((name) => name.toLowerCase());
    if (possible.length === 0) return new Map();
    const statement = { name: 'users_by_name', text: USERS, values: [possible] };
    const rows = await this.lanes.query<{ id: string; name: string }>('writes', undefined, statement);
    return new Map(rows.map(({ id, name }) => [name, id]));
  }

  private async prepare(importer: Importer, { rows, event }: ImportPlan): Promise<PreparedRow[]> {
    const prepared: PreparedRow[] = [];
    const slice = new TimeSlice();
    for (const planned of rows) {
      if (slice.isOver) await slice.next();
      prepared.push(this.prepareRow(importer, planned, { import: event.id }));
    }
    return prepared;
  }

  private prepareRow(
    { userId: authorId, caller }: Importer,
    planned: PlannedRow,
    detail: { import: string },
  ): PreparedRow {
    const { row } = planned;
    const { key, creatorId, createdAt, updatedAt } = row;
    const times = { createdAt, updatedAt };
    if (planned.kind === 'insert') {
      const event = newEvent('secret.create', caller, { key, detail });
      const owners = { tenantId: row.tenant.tenantId, authorId, creatorId };
      const insertion = { ...owners, ...times, secret: planned.secret, event, recordConflict: false };
      return { row, write: { name: 'insert_secrets', record: insertRecord(this.rows, insertion) } };
    }
    if (planned.kind === 'update') {
      const event = newEvent('secret.update', caller, { key, detail });
      const update = { authorId, ...times, current: planned.current, update: planned.update, event };
      return { row, write: { name: 'update_secrets', record: updateRecord(this.rows, update) } };
    }
    return planned.kind === 'error' ? { row, errors: planned.errors } : { row };
  }
}

function ended(
  { event, rows, override, dryRun }: ImportPlan,
  { colliding, errors }: Extract<ImportOutcome, { kind: 'done' }>,
): AuditEvent {
  const detail = {
    secrets: String(rows.length),
    override: String(override),
    dry_run: String(dryRun),
    colliding: String(colliding.length),
    errors: String(errors.size),
  };
  return { ...event, outcome: errors.size > 0 ? 'refused' : 'ok', detail };
}
