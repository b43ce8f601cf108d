import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newEvent, type AuditEvent } from '../audit/audit-event.js';
import { AuditedTransaction } from '../audit/audited-transaction.js';
import { Refusal } from '../audit/refusal.js';
import type { Caller } from '../common/tenant-context.js';
import { UserGroupsRepository } from './groups/user-groups.repository.js';
import { LastAdministrator } from './last-administrator.js';
import { LoginLocksRepository } from './login-locks.repository.js';
import { TenantMembersRepository } from './tenant-members.repository.js';
import { UserDirectory } from './user-directory.service.js';
import type { DescribedUser } from './user-overview.js';
import type { SystemRole, User } from './user.entity.js';
import { UsersRepository, type UserLock } from './users.repository.js';

/** Changes a user, or returns why not. */
type Change<T> = (manager: EntityManager, user: User, isLastAdministrator: boolean) => Promise<T | Refusal>;

/** Changes and deletes users for administrators, and records each change in the system's log. */
@Injectable()
export class UserAdministration {
  constructor(
    @Inject(AuditedTransaction) private readonly transaction: AuditedTransaction,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(UserGroupsRepository) private readonly groups: UserGroupsRepository,
    @Inject(TenantMembersRepository) private readonly members: TenantMembersRepository,
    @Inject(LoginLocksRepository) private readonly locks: LoginLocksRepository,
    @Inject(LastAdministrator) private readonly lastAdministrator: LastAdministrator,
    @Inject(UserDirectory) private readonly directory: UserDirectory,
  ) {}

  /**
   * @throws NotFound
   * @throws Conflict for the last active administrator
   */
  async setRole(username: string, systemRole: SystemRole, caller: Caller): Promise<void> {
    const event = newEvent('user.set_role', caller, { key: username, detail: { system_role: systemRole } });
    await this.change<undefined>(event, username, async (manager, { id }, isLast) => {
      if (isLast && systemRole !== 'sys_admin') return refuseLast('modify the role of');
      await this.users.update(manager, id, { systemRole });
      return undefined;
    });
  }

  /** @throws NotFound */
  async setShowGettingStarted(username: string, show: boolean, caller: Caller): Promise<void> {
    const detail = { show_getting_started: String(show) };
    const event = newEvent('user.update', caller, { key: username, detail });
    await this.change<undefined>(event, username, async (manager, { id }) => {
      await this.users.update(manager, id, { showGettingStarted: show });
      return undefined;
    });
  }

  /**
   * @throws NotFound
   * @throws Conflict for a user who is so already, and for the last active administrator
   */
  async setActive(username: string, active: boolean, caller: Caller): Promise<void> {
    const event = newEvent(active ? 'user.activate' : 'user.deactivate', caller, { key: username });
    await this.change<undefined>(event, username, async (manager, user, isLast) => {
      if (user.active === active)
        return Refusal.conflict(`User \`${user.username}\` is already ${active ? 'active' : 'inactive'}`);
      if (isLast) return refuseLast('deactivate');
      await this.users.update(manager, user.id, { active });
      return undefined;
    });
  }

  /**
   * @throws NotFound
   * @throws Conflict for a user who is not locked
   */
  async unlock(username: string, caller: Caller): Promise<void> {
    const event = newEvent('user.unlock', caller, { key: username });
    await this.change<undefined>(event, username, async (manager, user) => {
      const locked = await this.locks.findLocked(manager, [user.username]);
      if (locked.size === 0) return Refusal.conflict(`User \`${user.username}\` is not locked`);
      await this.locks.unlock(manager, user.username);
      return undefined;
    });
  }

  /**
   * Deletes a user and ends the memberships.
   * @returns the user as it was
   * @throws NotFound
   * @throws Conflict for the last active administrator, the bootstrap one, and a user who owns secrets
   */
  delete(username: string, caller: Caller): Promise<DescribedUser> {
    const event = newEvent('user.delete', caller, { key: username });
    const deletion: Change<DescribedUser> = async (manager, user, isLast) => {
      const refusal = await this.refuseDelete(manager, user, isLast);
      if (refusal !== undefined) return refusal;
      const [described] = await this.directory.describe(manager, [user]);
      await this.members.deleteAllOf(manager, user.id);
      await this.groups.removeFromAll(manager, user.id);
      await this.users.delete(manager, user.id);
      return described ?? Refusal.missing('User', username);
    };
    return this.change(event, username, deletion, 'delete');
  }

  private change<T>(
    event: AuditEvent,
    username: string,
    change: Change<T>,
    lock: UserLock = 'change',
  ): Promise<T> {
    return this.transaction.run(event, async (manager) => {
      const isLast = await this.lastAdministrator.lock(manager);
      const user = await this.users.findByName(manager, username, lock);
      if (user === null) return Refusal.missing('User', username);
      return change(manager, user, isLast(user.id));
    });
  }

  private async refuseDelete(
    manager: EntityManager,
    { id, username, isBootstrap }: User,
    isLastAdministrator: boolean,
  ): Promise<Refusal | undefined> {
    if (isLastAdministrator) return refuseLast('delete');
    if (isBootstrap)
      return Refusal.conflict(
        `Cannot delete the bootstrap administrator \`${username}\`: it stays, but can be deactivated`,
      );
    if (!(await this.users.ownsSecrets(manager, id))) return undefined;
    return Refusal.conflict(
      `Cannot delete: the user \`${username}\` has secrets; delete them or make another user their owner`,
    );
  }
}

function refuseLast(action: string): Refusal {
  return Refusal.conflict(`Cannot ${action} the last active sys_admin; make another user one first`);
}
