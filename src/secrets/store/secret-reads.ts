import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AuditEvent } from '../../audit/audit-event.js';
import { callerJson } from '../../audit/caller-json.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { Configuration } from '../../config/configuration.js';
import { arrayLiteral } from '../../database/array-literal.js';
import { Batcher } from '../../database/batcher.js';
import { namedQuery } from '../../database/named-query.js';
import { administers } from '../secret-access.js';
import type { VisibleSecret } from '../secret.js';
import { readsPerBatch } from './read-batches.js';
import { SecretRows, type SecretRow } from './secret-row.js';

interface Read {
  readonly tenant: TenantContext;
  readonly key: string;
  readonly event: AuditEvent;
}

type Answer = SecretRow & {
  readonly ordinal: number;
  readonly outcome: 'ok' | 'not_found';
  readonly tenant_name: string;
};

/** Reads secrets and records each read. Reads of the same turn of the event loop are one call of the database's function. */
@Injectable()
export class SecretReads {
  private readonly batcher: Batcher<Read, Answer>;
  private readonly statement: string;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(SecretRows) private readonly rows: SecretRows,
    @Inject(Configuration) configuration: Configuration,
  ) {
    this.statement = `
      SELECT r.ordinal, r.outcome, r.tenant_name, r.creator_name, ${rows.select('(r.secret)')}
      FROM read_secrets($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::json[], $6::json[], $7::uuid[], $8::boolean[]) r`;
    this.batcher = new Batcher((reads) => this.ask(reads), { maxBatch: readsPerBatch(configuration) });
  }

  /**
   * Returns the secret of that tenant and key as the caller may see it, or nothing where there is none.
   * @throws Unavailable when the database cannot be reached
   */
  async read(tenant: TenantContext, key: string, event: AuditEvent): Promise<VisibleSecret | undefined> {
    const answer = await this.batcher.submit({ tenant, key, event });
    return answer.outcome === 'ok' ? this.rows.toVisibleSecret(answer, answer.tenant_name) : undefined;
  }

  private async ask(reads: readonly Read[]): Promise<Answer[]> {
    const answers = await namedQuery<Answer>(this.dataSource, 'read_secrets', this.statement, [
      arrayLiteral(reads.map(({ tenant }) => tenant.tenantId)),
      arrayLiteral(reads.map(({ key }) => key)),
      arrayLiteral(reads.map(({ event }) => event.id)),
      arrayLiteral(reads.map(({ event }) => event.action)),
      arrayLiteral(reads.map(({ event }) => callerJson(event.caller))),
      arrayLiteral(reads.map(({ event: { detail } }) => (detail === null ? null : JSON.stringify(detail)))),
      arrayLiteral(reads.map(({ tenant }) => tenant.userId)),
      arrayLiteral(reads.map(({ tenant }) => String(administers(tenant)))),
    ]);
    return answers.sort((one, other) => one.ordinal - other.ordinal);
  }
}
