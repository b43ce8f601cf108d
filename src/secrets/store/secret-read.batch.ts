import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AuditEvent } from '../../audit/audit-event.js';
import { callerJson } from '../../audit/caller-json.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { SealedValue } from '../../crypto/sealed-value.js';
import { arrayLiteral } from '../../database/array-literal.js';
import { Batcher } from '../../database/batcher.js';
import { namedQuery } from '../../database/named-query.js';
import { administers } from '../secret-access.js';
import type { Schema, VisibleSecret, Visibility } from '../secret.js';

interface Question {
  readonly tenant: TenantContext;
  readonly key: string;
  readonly event: AuditEvent;
}

interface Answer {
  ordinal: number;
  outcome: 'ok' | 'not_found';
  tenant_id: string;
  tenant_name: string;
  id: string;
  version: number;
  revision: number;
  value: Buffer | null;
  visibility: Visibility;
  is_hidden_value: boolean;
  created_at: Date;
  updated_at: Date;
  created_by: string;
  creator: string;
  schema: Schema | null;
  provider_name: string | null;
  provider_options: Buffer | null;
}

const READ =
  'SELECT * FROM read_secrets($1::uuid[], $2::text[], $3::uuid[], $4::json[], $5::uuid[], $6::boolean[])';

/** Reads of the same turn of the event loop as one call of the database's function, which records each of them. */
@Injectable()
export class SecretReadBatch {
  private readonly batcher: Batcher<Question, Answer>;

  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {
    this.batcher = new Batcher((questions) => this.ask(questions));
  }

  /** @returns the secret of that tenant and key as the caller may see it, or nothing when there is none */
  async read(tenant: TenantContext, key: string, event: AuditEvent): Promise<VisibleSecret | undefined> {
    const answer = await this.batcher.submit({ tenant, key, event });
    return answer.outcome === 'ok' ? toVisibleSecret(key, answer) : undefined;
  }

  private async ask(questions: readonly Question[]): Promise<Answer[]> {
    const answers = await namedQuery<Answer>(this.dataSource, 'read_secrets', READ, [
      arrayLiteral(questions.map(({ tenant }) => tenant.tenantId)),
      arrayLiteral(questions.map(({ key }) => key)),
      arrayLiteral(questions.map(({ event }) => event.id)),
      arrayLiteral(questions.map(({ event }) => callerJson(event.caller))),
      arrayLiteral(questions.map(({ tenant }) => tenant.userId)),
      arrayLiteral(questions.map(({ tenant }) => String(administers(tenant)))),
    ]);
    return answers.sort((one, other) => one.ordinal - other.ordinal);
  }
}

function toVisibleSecret(key: string, row: Answer): VisibleSecret {
  return {
    tenantId: row.tenant_id,
    tenantName: row.tenant_name,
    visibility: row.visibility,
    isHiddenValue: row.is_hidden_value,
    id: row.id,
    key,
    version: row.version,
    revision: row.revision,
    value: row.value === null ? undefined : SealedValue.fromBytes(row.value),
    creatorId: row.created_by,
    creatorName: row.creator,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    schema: row.schema,
    providerName: row.provider_name,
    providerOptions: row.provider_options === null ? null : SealedValue.fromBytes(row.provider_options),
  };
}
