import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AuditEvent } from '../audit/audit-event.js';
import { AuditWriter } from '../audit/audit-writer.js';
import type { TenantContext } from '../common/tenant-context.js';
import { TenantTransaction } from '../database/tenant-transaction.js';
import { SecretReadBatch } from './secret-read.batch.js';
import { Secret } from './secret.entity.js';
import {
  SecretsRepository,
  type BeforeDelete,
  type CreateOutcome,
  type NewSecret,
  type NextValue,
  type Page,
  type ReadOutcome,
  type SecretPage,
} from './secrets.repository.js';
import type { SecretDescription, StoredSecret } from './stored-secret.js';

type StoredColumns = Pick<
  Secret,
  'id' | 'key' | 'version' | 'revision' | 'createdBy' | 'createdAt' | 'updatedAt'
>;

/** The adapter on PostgreSQL: a tenant's transaction for every act, under the policies of the tenant's rows. */
@Injectable()
export class PostgresSecretsRepository extends SecretsRepository {
  constructor(
    @Inject(TenantTransaction) private readonly transaction: TenantTransaction,
    @Inject(SecretReadBatch) private readonly reads: SecretReadBatch,
    @Inject(AuditWriter) private readonly audit: AuditWriter,
  ) {
    super();
  }

  async read(tenant: TenantContext, key: string, event: AuditEvent): Promise<ReadOutcome> {
    const secret = await this.reads.read(tenant.tenantId, key, event);
    return secret === undefined ? { kind: 'absent' } : { kind: 'found', secret };
  }

  list(tenant: TenantContext, page: Page, event: AuditEvent): Promise<SecretPage> {
    const work = async (manager: EntityManager): Promise<SecretPage> => {
      const items = await manager.query<SecretDescription[]>(LISTED, [
        tenant.tenantId,
        page.size,
        page.offset,
      ]);
      const total = await manager.countBy(Secret, { tenantId: tenant.tenantId });
      await this.audit.append(manager, tenant.tenantId, event);
      return { items, total };
    };
    return this.transaction.run(tenant.tenantId, event.id, work, { isolation: 'REPEATABLE READ' });
  }

  create(tenant: TenantContext, secret: NewSecret, event: AuditEvent): Promise<CreateOutcome> {
    return this.transaction.run(tenant.tenantId, event.id, async (manager) => {
      const created = await insert(manager, tenant, secret);
      await this.append(manager, tenant, event, created === undefined ? 'conflict' : 'ok', created);
      return created === undefined ? { kind: 'exists' } : { kind: 'created', secret: created };
    });
  }

  update(tenant: TenantContext, key: string, next: NextValue, event: AuditEvent): Promise<ReadOutcome> {
    return this.transaction.run(tenant.tenantId, event.id, async (manager) => {
      const current = await locked(manager, tenant, key);
      if (current === undefined) return this.absent(manager, tenant, event);
      const secret = await replace(manager, tenant, current, await next(current));
      await this.append(manager, tenant, event, 'ok', secret);
      return { kind: 'found', secret };
    });
  }

  delete(tenant: TenantContext, key: string, before: BeforeDelete, event: AuditEvent): Promise<ReadOutcome> {
    return this.transaction.run(tenant.tenantId, event.id, async (manager) => {
      const secret = await locked(manager, tenant, key);
      if (secret === undefined) return this.absent(manager, tenant, event);
      await before(secret);
      await manager.delete(Secret, { tenantId: tenant.tenantId, id: secret.id });
      await this.append(manager, tenant, event, 'ok', secret);
      return { kind: 'found', secret };
    });
  }

  private async absent(
    manager: EntityManager,
    tenant: TenantContext,
    event: AuditEvent,
  ): Promise<ReadOutcome> {
    await this.append(manager, tenant, event, 'not_found');
    return { kind: 'absent' };
  }

  private append(
    manager: EntityManager,
    tenant: TenantContext,
    event: AuditEvent,
    outcome: string,
    secret?: StoredSecret,
  ): Promise<void> {
    return this.audit.append(manager, tenant.tenantId, {
      ...event,
      outcome,
      version: secret?.version ?? null,
    });
  }
}

/** The page's rows are found in the index alone, and only they are read and joined. */
const LISTED = `
  SELECT s.id, s.key, s.version, s.revision, s.created_by AS "creatorId", c.username AS "creatorName",
         s.created_at AS "createdAt", s.updated_at AS "updatedAt"
  FROM (SELECT id FROM secrets WHERE tenant_id = $1 ORDER BY created_at, key LIMIT $2 OFFSET $3) AS page
  JOIN secrets s ON s.tenant_id = $1 AND s.id = page.id
  JOIN users c ON c.id = s.created_by
  ORDER BY s.created_at, s.key`;

async function insert(
  manager: EntityManager,
  tenant: TenantContext,
  { id, key, value }: NewSecret,
): Promise<StoredSecret | undefined> {
  const result = await manager
    .createQueryBuilder()
    .insert()
    .into(Secret)
    .values({
      tenantId: tenant.tenantId,
      id,
      key,
      value,
      keyGeneration: value.generation,
      versionCreatedBy: tenant.userId,
      createdBy: tenant.userId,
    })
    .orIgnore()
    .returning(['createdAt', 'updatedAt'])
    .execute();
  const [row] = result.raw as { created_at: Date; updated_at: Date }[];
  if (row === undefined) return undefined;
  const author = { creatorId: tenant.userId, creatorName: tenant.username };
  return {
    id,
    key,
    value,
    version: 1,
    revision: 1,
    ...author,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

async function locked(
  manager: EntityManager,
  tenant: TenantContext,
  key: string,
): Promise<StoredSecret | undefined> {
  const row = await manager
    .createQueryBuilder(Secret, 'secret')
    .innerJoin('secret.creator', 'creator')
    .addSelect(['creator.id', 'creator.username'])
    .where('secret.tenantId = :tenantId AND secret.key = :key', { tenantId: tenant.tenantId, key })
    .setLock('pessimistic_write', undefined, ['secret'])
    .getOne();
  return row === null ? undefined : { ...toDescription(row, row.creator.username), value: row.value };
}

async function replace(
  manager: EntityManager,
  tenant: TenantContext,
  current: StoredSecret,
  value = current.value,
): Promise<StoredSecret> {
  const changed = value !== current.value;
  const result = await manager
    .createQueryBuilder()
    .update(Secret)
    .set({
      revision: () => 'revision + 1',
      updatedAt: () => 'greatest(clock_timestamp(), updated_at)',
      ...(changed && {
        value,
        keyGeneration: value.generation,
        version: current.version + 1,
        versionCreatedBy: tenant.userId,
        versionCreatedAt: () => 'clock_timestamp()',
      }),
    })
    .where('tenant_id = :tenantId AND id = :id', { tenantId: tenant.tenantId, id: current.id })
    .returning(['version', 'revision', 'updatedAt'])
    .execute();
  const [row] = result.raw as [{ version: number; revision: number; updated_at: Date }];
  return { ...current, value, version: row.version, revision: row.revision, updatedAt: row.updated_at };
}

function toDescription(row: StoredColumns, creatorName: string): SecretDescription {
  const { id, key, version, revision, createdBy, createdAt, updatedAt } = row;
  return { id, key, version, revision, creatorId: createdBy, creatorName, createdAt, updatedAt };
}
