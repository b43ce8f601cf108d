import type { EntityManager } from 'typeorm';
import type { TenantContext } from '../common/tenant-context.js';
import { tenantRefused } from '../common/tenant-refused.js';
import { Secret } from './secret.entity.js';
import type { Change } from './secrets.repository.js';
import type { StoredSecret, Visibility } from './stored-secret.js';

/** The lock keeps a tenant that is here from being deleted until the transaction ends. */
const KEY_TAKEN = `
  SELECT secret_key_taken($1, $2, $3) AS taken,
         (SELECT t.id FROM tenants t WHERE t.id = $1 AND t.deleted_at IS NULL FOR KEY SHARE) IS NOT NULL AS alive`;

/**
 * Whether another tenant's secret stands in the way; the answer holds until the transaction ends.
 * @throws Forbidden where the tenant was deleted since the caller's rights were read
 */
export async function isKeyTaken(
  manager: EntityManager,
  tenant: TenantContext,
  key: string,
  visibility: Visibility,
): Promise<boolean> {
  const values = [tenant.tenantId, key, visibility === 'global'];
  const [{ taken, alive }] = await manager.query<[{ taken: boolean; alive: boolean }]>(KEY_TAKEN, values);
  if (!alive) throw tenantRefused('secret_create', tenant.tenantName);
  return taken;
}

/** Until the transaction ends nobody else uses the key, or one of its bucket, for the first time. */
export async function lockGlobalKey(manager: EntityManager, key: string): Promise<void> {
  await manager.query('SELECT lock_secret_keys(ARRAY[$1], ARRAY[true])', [key]);
}

/** Whether the key is a global one of another tenant, which anybody may see. */
export async function isForeign(
  manager: EntityManager,
  tenant: TenantContext,
  key: string,
): Promise<boolean> {
  return manager
    .createQueryBuilder(Secret, 'secret')
    .where("secret.visibility = 'global' AND secret.key = :key AND secret.tenantId <> :tenantId", {
      key,
      tenantId: tenant.tenantId,
    })
    .getExists();
}

/** The tenant's secret of that key, locked until the transaction ends. */
export async function lockSecret(
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
  if (row === null) return undefined;
  const { createdBy: creatorId, creator, ...secret } = row;
  return { ...secret, key, tenantName: tenant.tenantName, creatorId, creatorName: creator.username };
}

/** The time of the update moves also where nothing else does. */
export async function replaceSecret(
  manager: EntityManager,
  tenant: TenantContext,
  current: StoredSecret,
  change: Change,
): Promise<StoredSecret> {
  const { value, owner } = change;
  const next = {
    visibility: change.visibility ?? current.visibility,
    isHiddenValue: change.isHiddenValue ?? current.isHiddenValue,
    providerOptions: change.providerOptions === undefined ? current.providerOptions : change.providerOptions,
  };
  const result = await manager
    .createQueryBuilder()
    .update(Secret)
    .set({
      ...next,
      createdBy: owner?.id ?? current.creatorId,
      providerOptionsGeneration: next.providerOptions?.generation ?? null,
      revision: () => 'revision + 1',
      updatedAt: () => 'greatest(clock_timestamp(), updated_at)',
      ...(value !== undefined && {
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
  const { version, revision, updated_at: updatedAt } = row;
  return {
    ...current,
    ...next,
    ...(owner !== undefined && { creatorId: owner.id, creatorName: owner.name }),
    value: value ?? current.value,
    version,
    revision,
    updatedAt,
  };
}
