import { Inject, Injectable } from '@nestjs/common';
import type { AuditEvent } from '../../audit/audit-event.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { tenantRefused } from '../../common/tenant-refused.js';
import { GroupCommit } from '../../database/group-commit.js';
import { TenantTransaction } from '../../database/tenant-transaction.js';
import { bytesOf, createAlone, createTogether, type Creation } from './secret-creation.statements.js';
import { Secret } from '../secret.entity.js';
import type { NewSecret } from '../secrets.repository.js';
import type { StoredSecret } from '../secret.js';

interface Answer {
  outcome: 'ok' | 'conflict' | 'no_tenant';
  created_at: Date;
}

/** Creations by functions of the database, which record each of them. */
@Injectable()
export class SecretCreation {
  private readonly acts: GroupCommit<Creation, Answer>;

  constructor(@Inject(TenantTransaction) private readonly transaction: TenantTransaction) {
    this.acts = new GroupCommit<Creation, Answer>(transaction, {
      together: createTogether,
      alone: createAlone,
      // A key that becomes global is locked against everybody, which may take its time.
      mayShare: ({ secret }) => secret.visibility !== 'global',
      bytesOf,
      found: (creation) => this.found(creation),
    });
  }

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
    const { outcome, created_at: createdAt } = await this.acts.perform({ tenant, secret, event, quietly });
    if (outcome === 'no_tenant') throw tenantRefused('secret_create', tenant.tenantName);
    return outcome === 'conflict' ? undefined : toStoredSecret(tenant, secret, createdAt);
  }

  /** There is the event: with the secret it says that it was created; without it, nothing can be told. */
  private async found({
    tenant: { tenantId },
    secret: { id },
    event,
  }: Creation): Promise<Answer | undefined> {
    const found = await this.transaction.run(tenantId, event.id, (manager) =>
      manager.findOne(Secret, { where: { tenantId, id } }),
    );
    return found === null ? undefined : { outcome: 'ok', created_at: found.createdAt };
  }
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
