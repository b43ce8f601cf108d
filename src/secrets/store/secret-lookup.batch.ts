import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { TenantContext } from '../../common/tenant-context.js';
import { SealedValue } from '../../crypto/sealed-value.js';
import { arrayLiteral } from '../../database/array-literal.js';
import { Batcher } from '../../database/batcher.js';
import { namedQuery } from '../../database/named-query.js';
import type { Missing } from '../secrets.repository.js';
import type { Schema, StoredSecret, Visibility } from '../secret.js';

interface Question {
  readonly tenant: TenantContext;
  readonly key: string;
}

interface Found {
  is_foreign: false;
  id: string;
  version: number;
  revision: number;
  value: Buffer;
  visibility: Visibility;
  is_hidden_value: boolean;
  schema: Schema | null;
  provider_name: string | null;
  provider_options: Buffer | null;
  created_by: string;
  creator: string;
  created_at: Date;
  updated_at: Date;
}

type Answer = { ordinal: number } & (Found | { is_foreign: boolean; id: null });

const FIND = 'SELECT * FROM find_secrets($1::uuid[], $2::text[])';

/** Looks at secrets that are about to be changed or deleted. Looks of the same turn of the event loop are one call. */
@Injectable()
export class SecretFindingBatch {
  private readonly batcher: Batcher<Question, Answer>;

  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {
    this.batcher = new Batcher((questions) => this.ask(questions));
  }

  /** The tenant's own secret of that key, whoever may see it. */
  async find(tenant: TenantContext, key: string): Promise<StoredSecret | Missing> {
    const answer = await this.batcher.submit({ tenant, key });
    if (answer.id === null) return { kind: answer.is_foreign ? 'foreign' : 'absent' };
    return toStoredSecret(tenant, key, answer);
  }

  private async ask(questions: readonly Question[]): Promise<Answer[]> {
    const answers = await namedQuery<Answer>(this.dataSource, 'find_secrets', FIND, [
      arrayLiteral(questions.map(({ tenant }) => tenant.tenantId)),
      arrayLiteral(questions.map(({ key }) => key)),
    ]);
    return answers.sort((one, other) => one.ordinal - other.ordinal);
  }
}

function toStoredSecret({ tenantId, tenantName }: TenantContext, key: string, row: Found): StoredSecret {
  return {
    ...{ tenantId, tenantName, id: row.id, key, version: row.version, revision: row.revision },
    value: SealedValue.fromBytes(row.value),
    visibility: row.visibility,
    isHiddenValue: row.is_hidden_value,
    schema: row.schema,
    providerName: row.provider_name,
    providerOptions: row.provider_options === null ? null : SealedValue.fromBytes(row.provider_options),
    creatorId: row.created_by,
    creatorName: row.creator,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
