import type { EntityManager } from 'typeorm';
import { newEvent } from '../audit/audit-event.js';
import { appendEvent, SYSTEM_LOG } from '../audit/audit-writer.js';
import { newId } from '../common/ids.js';
import type { Caller } from '../common/tenant-context.js';
import type { SqlConnection } from '../database/connection/sql-connection.js';
import { DEFAULT_TENANT } from '../tenants/tenant-creation.js';
import { TenantMembersRepository } from './tenant-members.repository.js';
import { UsersRepository } from './users.repository.js';

export interface FirstUser {
  readonly username: string;
  readonly passwordHash: string;
  /** Holds the id of the default tenant. */
  readonly tenantId: string;
}

const SYSTEM_ROLE = 'sys_admin';
const ROLE = 'user';

/**
 * Creates the first user of an installation. It works under the migration lock, before there is a container, so it
 * creates its repositories itself.
 */
export class BootstrapAdministrator {
  private readonly users = new UsersRepository();
  private readonly members = new TenantMembersRepository();

  isMissing(connection: SqlConnection): Promise<boolean> {
    return this.users.anyExists(connection).then((exists) => !exists);
  }

  /** Creates and records a system administrator who is a `user` of the default tenant and can never be deleted. */
  async create(
    manager: EntityManager,
    { username, passwordHash, tenantId }: FirstUser,
    caller: Caller,
  ): Promise<void> {
    const id = newId();
    const user = { id, username, passwordHash, systemRole: SYSTEM_ROLE, isBootstrap: true } as const;
    if (!(await this.users.insert(manager, user))) throw new Error('The first user already exists');
    await this.members.insert(manager, { kind: 'user', tenantId, memberId: id }, ROLE);
    const creation = newEvent('user.create', caller, { key: username, detail: { system_role: SYSTEM_ROLE } });
    const key = `${DEFAULT_TENANT}/${username}`;
    const membership = newEvent('tenant.add_user', caller, { key, detail: { role: ROLE } });
    for (const event of [creation, membership]) await appendEvent(manager, SYSTEM_LOG, event);
  }
}
