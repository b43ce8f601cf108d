import { Inject, Injectable } from '@nestjs/common';
import type { AuditEvent } from '../audit/audit-event.js';
import { callerJson } from '../audit/caller-json.js';
import type { TenantContext } from '../common/tenant-context.js';
import { tenantRefused } from '../common/tenant-refused.js';
import { TenantTransaction } from '../database/tenant-transaction.js';
import { Secret } from './secret.entity.js';
import type { NewSecret } from './secrets.repository.js';
import type { StoredSecret } from './stored-secret.js';

interface Answer {
  outcome: 'ok' | 'conflict' | 'no_tenant';
  created_at: Date;
}

const CREATE = `
  SELECT outcome, created_at
  FROM create_secret($1, $2, $3, $4, $5, $6, $7, $8, $9::json, $10, $11, $12, $13, $14::json, $15::json, $16)`;

/** Creations as one call of the database's function, which records each of them: one round trip, one transaction. */
@Injectable()
export class SecretCreation {
  constructor(@Inject(TenantTransaction) private readonly transaction: TenantTransaction) {}

  /**
   * @returns nothing where the key is taken, which goes on record unless `quietly`
   * @throws Forbidden where the tenant was deleted since the caller's rights were read
   */
  async create(
    tenant: TenantContext,
    secret: NewSecret,
    event: AuditEvent,
    { quietly }: { quietly: boolean },
  ): Promise<StoredSecret | undefined> {
    const { tenantId } = tenant;
    const statement = {
      name: 'create_secret',
      text: CREATE,
      values: [...columnsOf(tenant, secret), ...columnsOfEvent(event), !quietly],
    };
    const { outcome, created_at: createdAt } = await this.transaction.call<Answer>(
      tenantId,
      event.id,
      statement,
      () => this.lostAnswer(tenantId, event.id, secret.id),
    );
    if (outcome === 'no_tenant') throw tenantRefused('secret_create', tenant.tenantName);
    return outcome === 'conflict' ? undefined : toStoredSecret(tenant, secret, createdAt);
  }

  /** There is the event: with the secret it says that it was created; without it, nothing can be told. */
  private async lostAnswer(tenantId: string, eventId: string, id: string): Promise<Answer | undefined> {
    const found = await this.transaction.run(tenantId, eventId, (manager) =>
      manager.findOne(Secret, { where: { tenantId, id } }),
    );
    return found === null ? undefined : { outcome: 'ok', created_at: found.createdAt };
  }
}

function columnsOf({ tenantId, userId }: TenantContext, secret: NewSecret): unknown[] {
  const { id, key, value, visibility, isHiddenValue, schema, providerOptions } = secret;
  return [
    ...[tenantId, userId, id, key, value.bytes, value.generation, visibility, isHiddenValue],
    schema === null ? null : JSON.stringify(schema),
    providerOptions?.bytes ?? null,
    providerOptions?.generation ?? null,
  ];
}

function columnsOfEvent({ id, action, caller, detail }: AuditEvent): unknown[] {
  return [id, action, callerJson(caller), detail === null ? null : JSON.stringify(detail)];
}

function toStoredSecret(tenant: TenantContext, secret: NewSecret, createdAt: Date): StoredSecret {
  return {
    ...secret,
    tenantId: tenant.tenantId,
    tenantName: tenant.tenantName,
    version: 1,
    revision: 1,
    creatorId: tenant.userId,
    creatorName: tenant.username,
    providerName: null,
    createdAt,
    updatedAt: createdAt,
  };
}
