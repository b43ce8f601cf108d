import { Inject, Injectable } from '@nestjs/common';
import type { AuditEvent } from '../../audit/audit-event.js';
import { AuditWriter } from '../../audit/audit-writer.js';
import { callerJson } from '../../audit/caller-json.js';
import { eventJson } from '../../audit/event-json.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { arrayLiteral } from '../../database/array-literal.js';
import { Lanes } from '../../database/lanes.js';
import type { NamedStatement } from '../../database/named-query.js';
import { administers } from '../secret-access.js';
import { shareOf } from '../share-of.js';
import { IS_MASKED } from '../store/secret-reads.js';
import { SecretRows, type SecretRow } from '../store/secret-row.js';
import {
  BulkReadsRepository,
  type BulkOutcome,
  type BulkQuestion,
  type BulkRow,
  type BulkRows,
  type BulkSelection,
} from './bulk-reads.repository.js';

/** Limits the bytes of the secrets of one answer, as they are stored; a single larger one is given alone. */
const MOST_BYTES = 8 * 1024 * 1024;

/** Limits the wait for a place, as for single reads, so that a request does not wait for as long as a list may. */
const LONGEST_WAIT_MS = 2_000;

type Answer = SecretRow & {
  /** 0 for the row that says that there is more. */
  readonly ordinal: number;
  readonly asked_key: string;
  readonly outcome: BulkOutcome | 'more';
  readonly tenant_name: string;
  readonly is_masked: boolean;
  /** Null if no secret is given. */
  readonly id: string | null;
};

/**
 * Reads from PostgreSQL in the lane of lists, in which the tenants take turns: a bulk read takes as long as a page of a
 * list, and must not keep single reads waiting.
 */
@Injectable()
export class PostgresBulkReadsRepository extends BulkReadsRepository {
  private readonly statement: string;

  constructor(
    @Inject(Lanes) private readonly lanes: Lanes,
    @Inject(SecretRows) private readonly rows: SecretRows,
    @Inject(AuditWriter) private readonly audit: AuditWriter,
  ) {
    super();
    this.statement = `
      SELECT r.ordinal, r.key AS asked_key, r.outcome, r.tenant_name, r.creator_name, ${IS_MASKED} AS is_masked,
             ${rows.select('(r.secret)')}
      FROM read_secrets_in_bulk(
        $1::uuid, $2::uuid, $3::boolean, $4::text[], $5::text, $6::jsonb, $7::text, $8::integer, $9::bigint, $10::boolean,
        $11::text, $12::json, $13::json
      ) r`;
  }

  async read(tenant: TenantContext, question: BulkQuestion): Promise<BulkRows> {
    const { selection, size, whole, listing } = question;
    const values = [
      ...valuesOf(tenant, selection, size),
      ...[whole, 'secret.read', callerJson(tenant.caller)],
      listing === undefined ? null : eventJson(listing),
    ];
    const statement = { name: 'read_secrets_in_bulk', text: this.statement, values };
    const answers = await this.ask<Answer>(tenant, statement);
    const rows = answers
      .filter(({ ordinal }) => ordinal > 0)
      .sort((one, other) => one.ordinal - other.ordinal);
    return { rows: rows.map((row) => this.toRow(row)), hasMore: rows.length < answers.length };
  }

  async keys(
    tenant: TenantContext,
    selection: BulkSelection,
    size: number,
  ): Promise<{ readonly keys: readonly string[]; readonly hasMore: boolean }> {
    const statement = { name: 'bulk_secret_keys', text: KEYS, values: valuesOf(tenant, selection, size) };
    const found = await this.ask<{ key: string; fits: boolean }>(tenant, statement);
    return {
      keys: found.filter(({ fits }) => fits).map(({ key }) => key),
      hasMore: found.some(({ fits }) => !fits),
    };
  }

  record(tenant: TenantContext, event: AuditEvent): Promise<void> {
    return this.audit.record(tenant.tenantId, event);
  }

  private ask<R>(tenant: TenantContext, statement: NamedStatement): Promise<R[]> {
    return this.lanes.query<R>('lists', shareOf(tenant), statement, performance.now() + LONGEST_WAIT_MS);
  }

  private toRow(answer: Answer): BulkRow {
    const { asked_key: key, outcome, is_masked: isMasked, tenant_name: tenantName } = answer;
    const isGiven = answer.id !== null && GIVEN.has(outcome);
    const secret = isGiven ? this.rows.toVisibleSecret(answer, tenantName) : undefined;
    return { key, outcome: outcome as BulkOutcome, isMasked, secret };
  }
}

/** Lists the outcomes with which the secret is given, as a single read gives it. */
const GIVEN: ReadonlySet<string> = new Set<BulkOutcome>(['ok', 'hidden']);

const KEYS = `
  SELECT k.key, k.fits FROM bulk_secret_keys(
    $1::uuid, $2::uuid, $3::boolean, $4::text[], $5::text, $6::jsonb, $7::text, $8::integer, $9::bigint
  ) k ORDER BY k.place`;

/** Returns the arguments that both functions begin with. */
function valuesOf(tenant: TenantContext, selection: BulkSelection, size: number): unknown[] {
  return [tenant.tenantId, tenant.userId, administers(tenant), ...selectedBy(selection), size, MOST_BYTES];
}

function selectedBy(selection: BulkSelection): (string | null)[] {
  switch (selection.kind) {
    case 'keys':
      return [arrayLiteral(selection.keys), null, null, null];
    case 'prefix':
      return [null, selection.prefix, null, selection.after];
    case 'labels':
      return [null, '', JSON.stringify(selection.labels), selection.after];
  }
}
