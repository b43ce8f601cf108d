import { IsNull, type EntityManager } from 'typeorm';
import { newEvent } from '../audit/audit-event.js';
import { appendEvent, SYSTEM_LOG } from '../audit/audit-writer.js';
import { newId } from '../common/ids.js';
import type { Caller } from '../common/tenant-context.js';
import { DEFAULT_TENANT } from '../tenants/default-tenant.js';
import { TenantUser } from './tenant-user.entity.js';
import { User } from './user.entity.js';

export function anyUserExists(manager: EntityManager): Promise<boolean> {
  return manager.existsBy(User, { deletedAt: IsNull() });
}

export interface FirstUser {
  readonly username: string;
  readonly passwordHash: string;
  readonly tenantId: string;
}

const SYSTEM_ROLE = 'sys_admin';
const ROLE = 'user';

/** The first user of an installation: a system administrator who is a `user` of the default tenant, and never deleted. */
export async function bootstrapAdministrator(
  manager: EntityManager,
  { username, passwordHash, tenantId }: FirstUser,
  caller: Caller,
): Promise<void> {
  const userId = newId();
  await manager.insert(User, {
    id: userId,
    username,
    passwordHash,
    systemRole: SYSTEM_ROLE,
    isBootstrap: true,
  });
  await manager.insert(TenantUser, { tenantId, userId, role: ROLE });
  const creation = newEvent('user.create', caller, { key: username, detail: { system_role: SYSTEM_ROLE } });
  const key = `${DEFAULT_TENANT}/${username}`;
  const membership = newEvent('tenant.add_user', caller, { key, detail: { role: ROLE } });
  for (const event of [creation, membership]) await appendEvent(manager, SYSTEM_LOG, event);
}
