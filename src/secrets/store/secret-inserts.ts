import { Inject, Injectable } from '@nestjs/common';
import type { AuditEvent } from '../../audit/audit-event.js';
import { Unauthorized } from '../../common/errors.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { tenantRefused } from '../../common/tenant-refused.js';
import type { StoredSecret } from '../secret.js';
import type { NewSecret } from '../secrets.repository.js';
import { SecretLookups } from './secret-lookups.js';
import { insertRecord } from './secret-records.js';
import { SecretRows } from './secret-row.js';
import { SecretWrites, type WriteAnswer } from './secret-writes.js';

/** Tells what became of an insert; `elsewhere` if the secret is to be global, and another tenant has the key. */
export type InsertOutcome =
  { readonly kind: 'created'; readonly secret: StoredSecret } | { readonly kind: 'taken' | 'elsewhere' };

/** Inserts new secrets. */
@Injectable()
export class SecretInserts {
  constructor(
    @Inject(SecretRows) private readonly rows: SecretRows,
    @Inject(SecretWrites) private readonly writes: SecretWrites,
    @Inject(SecretLookups) private readonly lookups: SecretLookups,
  ) {}

  /**
   * Inserts a secret and records it.
   * @param recordConflict false if the caller handles a key that is taken
   * @throws Forbidden if the tenant was deleted since the caller's rights were read
   * @throws Unauthorized if the caller was
   * @throws Busy when others keep the key or the tenant locked
   * @throws Unavailable when the database cannot be reached or does not say whether it committed
   */
  async insert(
    tenant: TenantContext,
    secret: NewSecret,
    event: AuditEvent,
    { recordConflict }: { recordConflict: boolean },
  ): Promise<InsertOutcome> {
    const { tenantId, userId: authorId } = tenant;
    const record = insertRecord(this.rows, { tenantId, authorId, secret, event, recordConflict });
    const answer = await this.writes.write('insert_secrets', {
      ...{ tenantId, callerId: authorId, eventId: event.id, record },
      // A key that becomes global is locked against everybody, which may take a while.
      mayBatch: secret.attributes.visibility !== 'global',
      bytes: record.bytes,
      recover: () => this.recover(tenant, secret),
    });
    return insertOutcome(tenant, secret, event, answer);
  }

  /** Returns the answer if the secret exists, since its event does; undefined if the outcome cannot be determined. */
  private async recover(tenant: TenantContext, { id, key }: NewSecret): Promise<WriteAnswer | undefined> {
    const found = await this.lookups.find(tenant, key);
    if ('kind' in found || found.id !== id) return undefined;
    const { version, revision, createdAt, updatedAt } = found;
    return { outcome: 'ok', version, revision, created_at: createdAt, updated_at: updatedAt };
  }
}

/**
 * Returns what an answer of `insert_secrets` means.
 * @throws Forbidden, Unauthorized as `SecretInserts.insert` does
 */
export function insertOutcome(
  tenant: TenantContext,
  secret: NewSecret,
  event: AuditEvent,
  answer: WriteAnswer,
): InsertOutcome {
  if (answer.outcome === 'stale') throw new Unauthorized();
  if (answer.outcome === 'no_tenant') throw tenantRefused('secret_create', tenant.tenantName);
  if (answer.outcome === 'ok') return { kind: 'created', secret: inserted(tenant, secret, event, answer) };
  return { kind: answer.outcome === 'key_elsewhere' ? 'elsewhere' : 'taken' };
}

function inserted(
  tenant: TenantContext,
  { attributes, ...content }: NewSecret,
  { id: mark }: AuditEvent,
  answer: WriteAnswer,
): StoredSecret {
  return {
    ...content,
    ...attributes,
    tenantId: tenant.tenantId,
    tenantName: tenant.tenantName,
    version: answer.version,
    revision: answer.revision,
    mark,
    updatedBy: tenant.userId,
    creatorId: tenant.userId,
    creatorName: tenant.username,
    providerName: null,
    createdAt: answer.created_at,
    updatedAt: answer.updated_at,
    isExpired: false,
  };
}
