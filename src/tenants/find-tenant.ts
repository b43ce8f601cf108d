import { IsNull, type EntityManager } from 'typeorm';
import { nameProblem } from '../common/resource-name.js';
import { Tenant } from './tenant.entity.js';

/** The living tenant of that name. The database is not asked for what cannot be a name: it cannot hold every text. */
export async function findTenant(manager: EntityManager, name: string): Promise<Tenant | null> {
  if (nameProblem(name) !== undefined) return null;
  return manager.findOneBy(Tenant, { name, deletedAt: IsNull() });
}
