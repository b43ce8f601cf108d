import type { EntityManager } from 'typeorm';
import { newId } from '../common/ids.js';
import type { RootKeys } from '../crypto/root-keys.js';
import { activeRootKeyId } from './root-key-registry.js';
import { TenantKey } from './tenant-key.entity.js';
import { Tenant } from './tenant.entity.js';

/** Makes a tenant with the first generation of its key; undefined where a living tenant has the name. */
export async function insertTenant(
  manager: EntityManager,
  rootKeys: RootKeys,
  name: string,
): Promise<string | undefined> {
  const id = newId();
  const result = await manager
    .createQueryBuilder()
    .insert()
    .into(Tenant)
    .values({ id, name })
    .orIgnore()
    .returning(['id'])
    .execute();
  if ((result.raw as unknown[]).length === 0) return undefined;
  const rootKeyId = await activeRootKeyId(manager);
  const wrapped = rootKeys.newTenantKey(rootKeyId, id, 1);
  await manager.insert(TenantKey, { tenantId: id, generation: 1, rootKeyId, wrapped });
  return id;
}
