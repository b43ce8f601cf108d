import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newEvent, type AuditEvent } from '../audit/audit-event.js';
import { AuditedTransaction } from '../audit/audited-transaction.js';
import { Refusal } from '../audit/refusal.js';
import type { Caller } from '../common/tenant-context.js';
import { findUser } from './find-user.js';
import { lockAdministrators } from './last-administrator.js';
import { lockedNames, unlockName } from './login-locks.js';
import { UserDirectory, type DescribedUser } from './user-directory.js';
import { TenantUser } from './tenant-user.entity.js';
import { UserGroupMember } from './groups/user-group-member.entity.js';
import { User, type SystemRole } from './user.entity.js';

type Work<T> = (manager: EntityManager, user: User, isLastAdministrator: boolean) => Promise<T | Refusal>;

/** What administrators do to users. The last active system administrator cannot be lost, whoever acts at once. */
@Injectable()
export class UserAdministration {
  constructor(
    @Inject(AuditedTransaction) private readonly transaction: AuditedTransaction,
    @Inject(UserDirectory) private readonly directory: UserDirectory,
  ) {}

  async setRole(username: string, systemRole: SystemRole, caller: Caller): Promise<void> {
    const event = newEvent('user.set_role', caller, { key: username, detail: { system_role: systemRole } });
    await this.act(event, username, async (manager, { id }, isLast) => {
      if (isLast && systemRole !== 'sys_admin') {
        return Refusal.conflict(
          'Cannot modify the role of the last active sys_admin; make another user one first',
        );
      }
      await manager.update(User, { id }, { systemRole });
      return undefined;
    });
  }

  async setShowGettingStarted(username: string, show: boolean, caller: Caller): Promise<void> {
    const event = newEvent('user.update', caller, {
      key: username,
      detail: { show_getting_started: String(show) },
    });
    await this.act(event, username, async (manager, { id }) => {
      await manager.update(User, { id }, { showGettingStarted: show });
      return undefined;
    });
  }

  async setActive(username: string, active: boolean, caller: Caller): Promise<void> {
    const event = newEvent(active ? 'user.activate' : 'user.deactivate', caller, { key: username });
    await this.act(event, username, async (manager, user, isLast) => {
      if (user.active === active) {
        return Refusal.conflict(`User \`${user.username}\` is already ${active ? 'active' : 'inactive'}`);
      }
      if (isLast)
        return Refusal.conflict('Cannot deactivate the last active sys_admin; make another user one first');
      await manager.update(User, { id: user.id }, { active });
      return undefined;
    });
  }

  async unlock(username: string, caller: Caller): Promise<void> {
    await this.act(newEvent('user.unlock', caller, { key: username }), username, async (manager, user) => {
      const locked = await lockedNames(manager, [user.username]);
      if (locked.size === 0) return Refusal.conflict(`User \`${user.username}\` is not locked`);
      await unlockName(manager, user.username);
      return undefined;
    });
  }

  /**
   * The row stays, for what names the user as its author; memberships end.
   * @returns what the user was
   * @throws NotFound
   * @throws Conflict for the last active administrator, the bootstrap one, and who owns secrets
   */
  delete(username: string, caller: Caller): Promise<DescribedUser> {
    const event = newEvent('user.delete', caller, { key: username });
    const work: Work<DescribedUser> = async (manager, user, isLast) => {
      const refusal = await undeletable(manager, user, isLast);
      if (refusal !== undefined) return refusal;
      const [last] = await this.directory.describe([user], manager);
      await manager.delete(TenantUser, { userId: user.id });
      await manager.delete(UserGroupMember, { userId: user.id });
      await manager.update(User, { id: user.id }, { deletedAt: () => 'now()' });
      return last ?? Refusal.missing('User', username);
    };
    return this.act(event, username, work, 'delete');
  }

  /** Locks the administrators before the user: everyone in one order, so that nobody waits in a circle. */
  private act<T>(
    event: AuditEvent,
    username: string,
    work: Work<T>,
    lockTo: 'change' | 'delete' = 'change',
  ): Promise<T> {
    return this.transaction.run(event, async (manager) => {
      const isLast = await lockAdministrators(manager);
      const user = await findUser(manager, username, lockTo);
      if (user === null) return Refusal.missing('User', username);
      return work(manager, user, isLast(user.id));
    });
  }
}

async function undeletable(
  manager: EntityManager,
  { id, username, isBootstrap }: User,
  isLastAdministrator: boolean,
): Promise<Refusal | undefined> {
  if (isLastAdministrator)
    return Refusal.conflict('Cannot delete the last active sys_admin; make another user one first');
  if (isBootstrap)
    return Refusal.conflict(
      `Cannot delete the bootstrap administrator \`${username}\`: it stays, but can be deactivated`,
    );
  const [row] = await manager.query<{ owns: boolean }[]>('SELECT user_owns_secrets($1) AS owns', [id]);
  if (row?.owns === false) return undefined;
  return Refusal.conflict(
    `Cannot delete: the user \`${username}\` has secrets; delete them or make another user their owner`,
  );
}
