import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AuditEvent } from '../../../audit/audit-event.js';
import { AuditWriter } from '../../../audit/audit-writer.js';
import type { TenantContext } from '../../../common/tenant-context.js';
import { tenantRefused } from '../../../common/tenant-refused.js';
import { TenantTransaction } from '../../../database/tenant-transaction.js';
import { searchPattern } from '../../list/list-conditions.js';
import type { StoredSecret } from '../../secret.js';
import { shareOf } from '../../share-of.js';
import { SecretRows, type SecretRow } from '../../store/secret-row.js';
import type { ExportOptions } from './export-options.js';
import {
  ExportedSecretsRepository,
  type BatchQuestion,
  type ExportAction,
} from './exported-secrets.repository.js';
import { rightsNow } from '../../../auth/rights-now.js';

const MOST_ROWS = 200;
const MOST_BYTES = 1024 * 1024;

/**
 * Returns the statement of a batch. $1 is the tenant, $2 the caller, $3 whether the caller administers the tenant, $4
 * the last key; $5 to $9 are filters. The sizes of values are known without reading them; the first row is read
 * whatever its size.
 */
function batchOf(columns: string): string {
  return `
  SELECT ${columns}, s.creator_name
  FROM (
    SELECT f.*, sum(f.bytes) OVER (ORDER BY f.key ROWS UNBOUNDED PRECEDING) - f.bytes AS bytes_before FROM (
      SELECT s.*, c.username AS creator_name,
             octet_length(s.value) + coalesce(octet_length(s.provider_options), 0)
               + coalesce(octet_length(s.schema::text), 0) + coalesce(octet_length(s.description), 0)
               + octet_length(s.labels::text) AS bytes
      FROM secrets s JOIN users c ON c.id = s.created_by
      WHERE s.tenant_id = $1 AND s.key > $4 AND secret_has_expired(s.expires_at) IS NOT TRUE
        AND ((s.visibility <> 'private' AND NOT s.is_hidden_value) OR s.created_by = $2 OR $3)
        AND ($5::text[] IS NULL OR s.key = ANY ($5))
        AND ($6::text[] IS NULL OR s.visibility = ANY ($6))
        AND ($7::text[] IS NULL OR s.is_hidden_value::text = ANY ($7))
        AND ($8::text[] IS NULL OR c.username = ANY ($8))
        AND ($9::text IS NULL OR s.key ILIKE $9)
      ORDER BY s.key LIMIT ${MOST_ROWS}
    ) f
  ) s
  WHERE s.bytes_before < ${MOST_BYTES} ORDER BY s.key`;
}

/** Selects provider options only for the creator and the tenant's administrators. */
const OPTIONS = { provider_options: 'CASE WHEN $3 OR s.created_by = $2 THEN s.provider_options END' };

const NOTE = `INSERT INTO secret_reads_pending (tenant_id, reader_id, secret_ids, versions)
  VALUES ($1, $2, $3::uuid[], $4::integer[])`;

/** Exports from PostgreSQL, with a short transaction for each batch, so that a slow reader holds nothing. */
@Injectable()
export class PostgresExportedSecretsRepository extends ExportedSecretsRepository {
  private readonly statement: string;

  constructor(
    @Inject(TenantTransaction) private readonly transaction: TenantTransaction,
    @Inject(AuditWriter) private readonly audit: AuditWriter,
    @Inject(SecretRows) private readonly rows: SecretRows,
  ) {
    super();
    this.statement = batchOf(rows.select('s', OPTIONS));
  }

  batch(tenant: TenantContext, question: BatchQuestion): Promise<readonly StoredSecret[]> {
    const { tenantId, userId } = tenant;
    const { options, after = '', event, began } = question;
    const work = async (manager: EntityManager): Promise<StoredSecret[]> => {
      const rights = await rightsNow(manager, tenant, [tenantId], ['secret_export', 'administrators']);
      const now = rights.get(tenantId);
      if (now?.has('secret_export') !== true) throw tenantRefused('secret_export', tenant.tenantName);
      const values = [tenantId, userId, now.has('administrators'), after, ...valuesOf(options)];
      const rows = await manager.query<SecretRow[]>(this.statement, values);
      if (!began) await this.audit.append(manager, tenantId, event);
      if (rows.length > 0) await noteReads(manager, tenant, rows);
      return rows.map((row) => this.rows.toSecret(row, tenant.tenantName));
    };
    return this.transaction.run(tenantId, event.id, work, {
      lane: 'lists',
      share: shareOf(tenant),
    });
  }

  record(tenant: TenantContext, event: AuditEvent<ExportAction>): Promise<void> {
    return this.audit.record(tenant.tenantId, event);
  }
}

/** Leaves what is about to leave to the sealer, which notes when secrets were last read. */
async function noteReads(
  manager: EntityManager,
  { tenantId, userId }: TenantContext,
  rows: readonly SecretRow[],
): Promise<void> {
  await manager.query(NOTE, [tenantId, userId, rows.map(({ id }) => id), rows.map(({ version }) => version)]);
}

function valuesOf({ filters, search }: ExportOptions): unknown[] {
  const { key, visibility, is_hidden_value: hidden, created_by: creator } = filters;
  const exact = [key, visibility, hidden, creator].map((texts) => texts ?? null);
  return [...exact, search === undefined ? null : searchPattern(search).text];
}
