import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AuditEvent } from '../audit/audit-event.js';
import { callerJson } from '../audit/caller-json.js';
import { SealedValue } from '../crypto/sealed-value.js';
import { Batcher } from '../database/batcher.js';
import { namedQuery } from '../database/named-query.js';
import type { StoredSecret } from './stored-secret.js';

interface Question {
  readonly tenantId: string;
  readonly key: string;
  readonly event: AuditEvent;
}

interface Answer {
  ordinal: number;
  outcome: 'ok' | 'not_found';
  id: string;
  version: number;
  revision: number;
  value: Buffer;
  created_at: Date;
  updated_at: Date;
  created_by: string;
  creator: string;
}

/** Reads of the same turn of the event loop as one call of the database's function, which records each of them. */
@Injectable()
export class SecretReadBatch {
  private readonly batcher: Batcher<Question, Answer>;

  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {
    this.batcher = new Batcher((questions) => this.ask(questions));
  }

  /** @returns the secret of that tenant and key, or nothing when there is none */
  async read(tenantId: string, key: string, event: AuditEvent): Promise<StoredSecret | undefined> {
    const answer = await this.batcher.submit({ tenantId, key, event });
    return answer.outcome === 'ok' ? toStoredSecret(key, answer) : undefined;
  }

  private async ask(questions: readonly Question[]): Promise<Answer[]> {
    const answers = await namedQuery<Answer>(
      this.dataSource,
      'read_secrets',
      'SELECT * FROM read_secrets($1::uuid[], $2::text[], $3::uuid[], $4::json[])',
      [
        questions.map(({ tenantId }) => tenantId),
        questions.map(({ key }) => key),
        questions.map(({ event }) => event.id),
        questions.map(({ event }) => callerJson(event.caller)),
      ],
    );
    return answers.sort((one, other) => one.ordinal - other.ordinal);
  }
}

function toStoredSecret(key: string, row: Answer): StoredSecret {
  return {
    id: row.id,
    key,
    version: row.version,
    revision: row.revision,
    value: SealedValue.fromBytes(row.value),
    creatorId: row.created_by,
    creatorName: row.creator,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
