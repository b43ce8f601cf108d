import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AuditEvent } from '../../audit/audit-event.js';
import { AuditWriter } from '../../audit/audit-writer.js';
import type { Refusal } from '../../audit/refusal.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { Lanes } from '../../database/lanes.js';
import { TenantTransaction } from '../../database/tenant-transaction.js';
import { UsersRepository } from '../../users/users.repository.js';
import { asksForLabels } from '../labels/label-search.js';
import type { ListOptions, SecretPage } from '../list/list-options.js';
import type { ListedTenant } from '../list/list-scope.js';
import { withinDeadline } from '../list/list-deadline.js';
import { listSecrets } from '../list/list-secrets.js';
import { readTenants, tenantsWhereUserMay } from '../list/listed-tenants.js';
import { shareOf } from '../share-of.js';
import { administers } from '../secret-access.js';
import type { StoredSecret } from '../secret.js';
import {
  SecretsRepository,
  type ChangeOptions,
  type CreateOutcome,
  type Decide,
  type DecideDeletion,
  type Existing,
  type NewSecret,
  type ReadConditions,
  type ReadOutcome,
  type UpdateOutcome,
} from '../secrets.repository.js';
import { SecretChanges, type Change } from './secret-changes.js';
import { SecretInserts, type InsertOutcome } from './secret-inserts.js';
import { SecretReads } from './secret-reads.js';
import { SecretUpdates } from './secret-updates.js';

/** Stores secrets in PostgreSQL. Row-level security of the tenant applies to every operation. */
@Injectable()
export class PostgresSecretsRepository extends SecretsRepository {
  constructor(
    @Inject(TenantTransaction) private readonly transaction: TenantTransaction,
    @Inject(SecretReads) private readonly reads: SecretReads,
    @Inject(SecretInserts) private readonly inserts: SecretInserts,
    @Inject(SecretUpdates) private readonly updates: SecretUpdates,
    @Inject(SecretChanges) private readonly changes: SecretChanges,
    @Inject(AuditWriter) private readonly audit: AuditWriter,
    @Inject(Lanes) private readonly lanes: Lanes,
    @Inject(UsersRepository) private readonly users: UsersRepository,
  ) {
    super();
  }

  read(
    tenant: TenantContext,
    key: string,
    event: AuditEvent,
    conditions?: ReadConditions,
  ): Promise<ReadOutcome> {
    return this.reads.read({ tenant, key, event, conditions });
  }

  nameOfUser(id: string): Promise<string | undefined> {
    return this.lanes.withManager('reads', undefined, (manager) => this.users.nameOf(manager, id));
  }

  list(tenant: TenantContext, options: ListOptions, event: AuditEvent): Promise<SecretPage> {
    const work = async (manager: EntityManager): Promise<SecretPage> => {
      const page = await withinDeadline(async () => {
        const tenants = options.allTenants
          ? await this.allTenants(manager, tenant, event)
          : [{ id: tenant.tenantId, administers: administers(tenant) }];
        return listSecrets(manager, { tenants, userId: tenant.userId }, options);
      });
      await this.audit.append(manager, tenant.tenantId, event);
      return page;
    };
    // A single statement has one snapshot anyway.
    const several = options.allTenants || options.search !== undefined || asksForLabels(options);
    return this.transaction.run(tenant.tenantId, event.id, work, {
      ...{ lane: 'lists', share: shareOf(tenant) },
      ...(several && { isolation: 'REPEATABLE READ' }),
    });
  }

  recordRefusal(tenant: TenantContext, event: AuditEvent, { outcome }: Refusal): Promise<void> {
    return this.audit.record(tenant.tenantId, { ...event, outcome });
  }

  /** Creates the secret; if the key is taken and `existing` is given, does to the existing secret what it decides. */
  async create(
    tenant: TenantContext,
    secret: NewSecret,
    event: AuditEvent,
    existing?: Existing,
  ): Promise<CreateOutcome> {
    const recordConflict = existing === undefined;
    const insert = (): Promise<InsertOutcome> =>
      this.inserts.insert(tenant, secret, event, { recordConflict });
    const inserted = await insert();
    if (inserted.kind === 'created') return inserted;
    if (existing === undefined) return { kind: 'exists' };
    const insertAgain = async (): Promise<CreateOutcome | undefined> => {
      const again = await insert();
      if (again.kind === 'created') return again;
      if (again.kind === 'taken') return undefined;
      await this.audit.record(tenant.tenantId, { ...event, outcome: 'conflict' });
      return { kind: 'exists' };
    };
    // Inserts again if the secret was deleted between the two steps.
    return this.updates.update(tenant, secret.key, existing.decide, existing.event, { absent: insertAgain });
  }

  update(
    tenant: TenantContext,
    key: string,
    decide: Decide,
    event: AuditEvent,
    options?: ChangeOptions,
  ): Promise<UpdateOutcome> {
    return this.updates.update(tenant, key, decide, event, options);
  }

  delete(
    tenant: TenantContext,
    key: string,
    decide: DecideDeletion,
    event: AuditEvent,
    options?: ChangeOptions,
  ): Promise<UpdateOutcome> {
    return this.updates.remove(tenant, key, decide, event, options);
  }

  destroyVersion(
    tenant: TenantContext,
    { key, version }: { readonly key: string; readonly version: number },
    decide: DecideDeletion,
    event: AuditEvent,
    options?: ChangeOptions,
  ): Promise<UpdateOutcome> {
    const prepare = (current: StoredSecret): Change =>
      this.changes.destruction(tenant, current, version, event);
    return this.updates.remove(tenant, key, decide, event, { ...options, prepare });
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
