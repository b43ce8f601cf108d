import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AuditEvent } from '../audit/audit-event.js';
import { AuditWriter } from '../audit/audit-writer.js';
import type { TenantContext } from '../common/tenant-context.js';
import { TenantTransaction } from '../database/tenant-transaction.js';
import { hold } from '../users/held-rows.js';
import type { ListWish, SecretPage } from './list-wish.js';
import { readTenants, tenantsWhereUserMay } from './listed-tenants.query.js';
import { administers, mayMakeGlobal } from './secret-access.js';
import { SecretCreation } from './secret-creation.js';
import { SecretReadBatch } from './secret-read.batch.js';
import type { ListedTenant } from './list-scope.js';
import { listSecrets } from './secret-list.query.js';
import { isForeign, isKeyTaken, lockGlobalKey, lockSecret, replaceSecret } from './secret-rows.js';
import { Secret } from './secret.entity.js';
import {
  SecretsRepository,
  type BeforeDelete,
  type ChangeOutcome,
  type CreateOutcome,
  type Decide,
  type NewSecret,
  type ReadOutcome,
  type Refusal,
} from './secrets.repository.js';
import type { Visibility } from './stored-secret.js';

/** The adapter on PostgreSQL: a tenant's transaction for every act, under the policies of the tenant's rows. */
@Injectable()
export class PostgresSecretsRepository extends SecretsRepository {
  constructor(
    @Inject(TenantTransaction) private readonly transaction: TenantTransaction,
    @Inject(SecretReadBatch) private readonly reads: SecretReadBatch,
    @Inject(SecretCreation) private readonly creation: SecretCreation,
    @Inject(AuditWriter) private readonly audit: AuditWriter,
  ) {
    super();
  }

  async read(tenant: TenantContext, key: string, event: AuditEvent): Promise<ReadOutcome> {
    const secret = await this.reads.read(tenant, key, event);
    return secret === undefined ? { kind: 'absent' } : { kind: 'found', secret };
  }

  list(tenant: TenantContext, wish: ListWish, event: AuditEvent): Promise<SecretPage> {
    const work = async (manager: EntityManager): Promise<SecretPage> => {
      const tenants = wish.allTenants
        ? await this.allTenants(manager, tenant, event)
        : [{ id: tenant.tenantId, administers: administers(tenant) }];
      const page = await listSecrets(manager, { tenants, userId: tenant.userId }, wish);
      await this.audit.append(manager, tenant.tenantId, event);
      return page;
    };
    // What one statement answers is of one moment anyway.
    const several = wish.allTenants || wish.search !== undefined;
    return this.transaction.run(
      tenant.tenantId,
      event.id,
      work,
      several ? { isolation: 'REPEATABLE READ' } : {},
    );
  }

  recordRefusal(tenant: TenantContext, event: AuditEvent, { outcome }: Refusal): Promise<void> {
    return this.audit.record(tenant.tenantId, { ...event, outcome });
  }

  /** What is to become of a key that is taken is decided in a transaction of its own, with the row locked. */
  async create(
    tenant: TenantContext,
    secret: NewSecret,
    event: AuditEvent,
    existing?: Decide,
  ): Promise<CreateOutcome> {
    const quietly = existing !== undefined;
    const created = await this.creation.create(tenant, secret, event, { quietly });
    if (created !== undefined) return { kind: 'created', secret: created };
    if (existing === undefined) return { kind: 'exists' };
    return this.update(tenant, secret.key, existing, { ...event, action: 'secret.update' });
  }

  update(
    tenant: TenantContext,
    key: string,
    decide: Decide,
    event: AuditEvent,
    visibility?: Visibility,
  ): Promise<ChangeOutcome> {
    return this.transaction.run(tenant.tenantId, event.id, async (manager) => {
      // Who may not make it global is refused, and keeps nobody from the key.
      if (visibility === 'global' && mayMakeGlobal(tenant)) await lockGlobalKey(manager, key);
      return this.change(manager, tenant, key, decide, event);
    });
  }

  delete(
    tenant: TenantContext,
    key: string,
    before: BeforeDelete,
    event: AuditEvent,
  ): Promise<ChangeOutcome> {
    return this.transaction.run(tenant.tenantId, event.id, async (manager) => {
      const secret = await lockSecret(manager, tenant, key);
      if (secret === undefined) return this.missing(manager, tenant, key, event);
      const refusal = await before(secret);
      if (refusal !== undefined) {
        await this.append(manager, tenant, event, refusal.outcome);
        return refusal;
      }
      await manager.delete(Secret, { tenantId: tenant.tenantId, id: secret.id });
      await this.append(manager, tenant, event, 'ok', secret.version);
      return { kind: 'changed', secret };
    });
  }

  private async allTenants(
    manager: EntityManager,
    tenant: TenantContext,
    event: AuditEvent,
  ): Promise<ListedTenant[]> {
    const tenants = await tenantsWhereUserMay(manager, tenant.userId, 'secret_list');
    await readTenants(manager, tenants);
    const others = tenants.map(({ id }) => id).filter((id) => id !== tenant.tenantId);
    await this.audit.appendEach(manager, others, event);
    return tenants;
  }

  private async change(
    manager: EntityManager,
    tenant: TenantContext,
    key: string,
    decide: Decide,
    event: AuditEvent,
  ): Promise<ChangeOutcome> {
    const current = await lockSecret(manager, tenant, key);
    if (current === undefined) return this.missing(manager, tenant, key, event);
    const decision = await decide(current, (username) => hold(manager, 'User', username));
    if (decision.kind === 'refused') {
      await this.append(manager, tenant, event, decision.outcome);
      return decision;
    }
    const widened = decision.visibility === 'global' && current.visibility !== 'global';
    if (widened && (await isKeyTaken(manager, tenant, key, 'global'))) {
      await this.append(manager, tenant, event, 'conflict');
      return { kind: 'exists' };
    }
    const secret = await replaceSecret(manager, tenant, current, decision);
    const detail = decision.owner === undefined ? event.detail : { owner: decision.owner.name };
    await this.append(manager, tenant, { ...event, detail }, 'ok', secret.version);
    return { kind: 'changed', secret };
  }

  private async missing(
    manager: EntityManager,
    tenant: TenantContext,
    key: string,
    event: AuditEvent,
  ): Promise<ChangeOutcome> {
    const foreign = await isForeign(manager, tenant, key);
    await this.append(manager, tenant, event, foreign ? 'refused' : 'not_found');
    return { kind: foreign ? 'foreign' : 'absent' };
  }

  private append(
    manager: EntityManager,
    tenant: TenantContext,
    event: AuditEvent,
    outcome: string,
    version: number | null = null,
  ): Promise<void> {
    return this.audit.append(manager, tenant.tenantId, { ...event, outcome, version });
  }
}
