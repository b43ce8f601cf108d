import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AuditEvent } from '../../audit/audit-event.js';
import { AuditWriter } from '../../audit/audit-writer.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { TenantTransaction } from '../../database/tenant-transaction.js';
import type { ListOptions, SecretPage } from '../list/list-options.js';
import { readTenants, tenantsWhereUserMay } from '../list/listed-tenants.js';
import { administers } from '../secret-access.js';
import { SecretCreation } from './secret-creation.js';
import { SecretModification } from './secret-modification.js';
import { SecretReadBatch } from './secret-read.batch.js';
import type { ListedTenant } from '../list/list-scope.js';
import { listSecrets } from '../list/list-secrets.js';
import {
  SecretsRepository,
  type BeforeDelete,
  type ChangeOutcome,
  type CreateOutcome,
  type Decide,
  type NewSecret,
  type ReadOutcome,
  type Refusal,
} from '../secrets.repository.js';

/** The adapter on PostgreSQL: every act under the policies of its tenant's rows. */
@Injectable()
export class PostgresSecretsRepository extends SecretsRepository {
  constructor(
    @Inject(TenantTransaction) private readonly transaction: TenantTransaction,
    @Inject(SecretReadBatch) private readonly reads: SecretReadBatch,
    @Inject(SecretCreation) private readonly creation: SecretCreation,
    @Inject(SecretModification) private readonly modification: SecretModification,
    @Inject(AuditWriter) private readonly audit: AuditWriter,
  ) {
    super();
  }

  async read(tenant: TenantContext, key: string, event: AuditEvent): Promise<ReadOutcome> {
    const secret = await this.reads.read(tenant, key, event);
    return secret === undefined ? { kind: 'absent' } : { kind: 'found', secret };
  }

  list(tenant: TenantContext, options: ListOptions, event: AuditEvent): Promise<SecretPage> {
    const work = async (manager: EntityManager): Promise<SecretPage> => {
      const tenants = options.allTenants
        ? await this.allTenants(manager, tenant, event)
        : [{ id: tenant.tenantId, administers: administers(tenant) }];
      const page = await listSecrets(manager, { tenants, userId: tenant.userId }, options);
      await this.audit.append(manager, tenant.tenantId, event);
      return page;
    };
    // What one statement answers is of one moment anyway.
    const several = options.allTenants || options.search !== undefined;
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

  /** What is to become of a key that is taken is another act, decided on the secret that is there. */
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

  update(tenant: TenantContext, key: string, decide: Decide, event: AuditEvent): Promise<ChangeOutcome> {
    return this.modification.update(tenant, key, decide, event);
  }

  delete(
    tenant: TenantContext,
    key: string,
    before: BeforeDelete,
    event: AuditEvent,
  ): Promise<ChangeOutcome> {
    return this.modification.delete(tenant, key, before, event);
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
}
