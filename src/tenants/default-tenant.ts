import type { EntityManager } from 'typeorm';
import { appendEvent, SYSTEM_LOG } from '../audit/audit-writer.js';
import { newEvent } from '../audit/audit-event.js';
import type { Caller } from '../common/tenant-context.js';
import type { RootKeys } from '../crypto/root-keys.js';
import { findTenant } from './find-tenant.js';
import { insertTenant } from './insert-tenant.js';

export const DEFAULT_TENANT = 'default_tenant';

/** Makes the tenant that every installation has, where it is not there yet. Gives its id. */
export async function ensureDefaultTenant(
  manager: EntityManager,
  rootKeys: RootKeys,
  caller: Caller,
): Promise<string> {
  const present = await findTenant(manager, DEFAULT_TENANT);
  if (present !== null) return present.id;
  const id = await insertTenant(manager, rootKeys, DEFAULT_TENANT);
  if (id === undefined) throw new Error('The default tenant appeared while it was made');
  await appendEvent(manager, SYSTEM_LOG, newEvent('tenant.create', caller, { key: DEFAULT_TENANT }));
  return id;
}
