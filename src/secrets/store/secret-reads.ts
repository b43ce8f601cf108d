import { Inject, Injectable } from '@nestjs/common';
import type { Tags } from '../../api/conditions/conditions.js';
import type { AuditEvent } from '../../audit/audit-event.js';
import { callerJson } from '../../audit/caller-json.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { Configuration } from '../../config/configuration.js';
import { arrayLiteral } from '../../database/array-literal.js';
import { Batcher, type BatchGauge } from '../../database/batcher.js';
import { Lanes } from '../../database/lanes.js';
import { administers } from '../secret-access.js';
import type { ReadConditions, ReadOutcome } from '../secrets.repository.js';
import type { VisibleSecret } from '../secret.js';
import { shareOf } from '../share-of.js';
import { readsPerBatch } from './read-batches.js';
import { SecretRows, type SecretRow } from './secret-row.js';

interface Read {
  readonly tenant: TenantContext;
  readonly key: string;
  readonly event: AuditEvent;
  readonly conditions: ReadConditions | undefined;
}

type Answer = SecretRow & {
  readonly ordinal: number;
  readonly outcome: 'ok' | 'conflict' | 'forbidden' | 'not_found' | 'not_modified' | 'precondition_failed';
  readonly tenant_name: string;
  readonly is_masked: boolean;
};

/** Tells of a row `r` whether `blank_secret` has taken something from its secret. */
export const IS_MASKED = `(
  (r.secret).value IS NULL OR (r.secret).provider_options IS NULL AND (r.secret).provider_options_generation IS NOT NULL
)`;

/** Leaves the value out of an answer that does not show it, such as 304. */
const READ_VALUE = "CASE WHEN r.outcome = 'ok' THEN (r.secret).value END";

/** Reads secrets and records each read. Reads of the same turn of the event loop share one call of `read_secrets`. */
@Injectable()
export class SecretReads {
  private readonly batcher: Batcher<Read, Answer>;
  private readonly statement: string;

  constructor(
    @Inject(Lanes) private readonly lanes: Lanes,
    @Inject(SecretRows) private readonly rows: SecretRows,
    @Inject(Configuration) configuration: Configuration,
  ) {
    this.statement = `
      SELECT r.ordinal, r.outcome, r.tenant_name, r.creator_name, ${IS_MASKED} AS is_masked,
             ${rows.select('(r.secret)', { value: READ_VALUE })}
      FROM read_secrets($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::json[], $6::json[], $7::uuid[], $8::boolean[]) r`;
    this.batcher = new Batcher((reads) => this.ask(reads), {
      maxBatch: readsPerBatch(configuration),
      share: ({ tenant }) => shareOf(tenant),
    });
  }

  get batches(): BatchGauge {
    return this.batcher.gauge;
  }

  /**
   * Returns the secret with that tenant and key as the caller may see it, and whether it meets the conditions.
   * @throws Busy, Unavailable as `Lanes.query` does, and when too many reads wait
   */
  async read(read: Read): Promise<ReadOutcome> {
    const answer = await this.batcher.submit(read);
    const { outcome, tenant_name: tenantName, is_masked: isMasked } = answer;
    if (outcome === 'not_found') return { kind: 'absent' };
    const secret = this.rows.toVisibleSecret(answer, tenantName);
    if (isExpired(secret)) return { kind: 'expired', expiresAt: secret.expiresAt };
    return { kind: outcome === 'ok' ? 'found' : outcome, secret, isMasked };
  }

  private async ask(reads: readonly Read[]): Promise<Answer[]> {
    const values = [
      arrayLiteral(reads.map(({ tenant }) => tenant.tenantId)),
      arrayLiteral(reads.map(({ key }) => key)),
      arrayLiteral(reads.map(({ event }) => event.id)),
      arrayLiteral(reads.map(({ event }) => event.action)),
      arrayLiteral(reads.map(({ event }) => callerJson(event.caller))),
      arrayLiteral(reads.map(detailJson)),
      arrayLiteral(reads.map(({ tenant }) => tenant.userId)),
      arrayLiteral(reads.map(({ tenant }) => String(administers(tenant)))),
    ];
    const statement = { name: 'read_secrets', text: this.statement, values };
    const answers = await this.lanes.query<Answer>('reads', undefined, statement);
    return answers.sort((one, other) => one.ordinal - other.ordinal);
  }
}

function isExpired(secret: VisibleSecret): secret is VisibleSecret & { readonly expiresAt: Date } {
  return secret.isExpired;
}

/** Returns the detail of the event together with the conditions, which `read_secrets` takes out of it. */
function detailJson({ event: { detail }, conditions = {} }: Read): string | null {
  const { ifMatch, ifNoneMatch, needsValue, copiedTo } = conditions;
  const demanded = {
    if_match: listOf(ifMatch),
    if_none_match: listOf(ifNoneMatch),
    needs_value: needsValue,
    copied_to: copiedTo && { tenant_id: copiedTo.tenantId, key: copiedTo.key },
  };
  if (detail === null && Object.values(demanded).every((demand) => demand === undefined)) return null;
  return JSON.stringify({ ...detail, ...demanded });
}

function listOf(tags: Tags | undefined): readonly string[] | undefined {
  return tags === '*' ? ['*'] : tags;
}
