import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newEvent } from '../audit/audit-event.js';
import { AuditedTransaction } from '../audit/audited-transaction.js';
import { Refusal } from '../audit/refusal.js';
import { resourceNotFound } from '../common/resource-not-found.js';
import type { Caller } from '../common/tenant-context.js';
import { Lanes } from '../database/lanes.js';
import type { Page } from '../database/page-request.js';
import { LoginLocksRepository } from './login-locks.repository.js';
import type { DescribedUser, UserListOptions, UserProfile } from './user-overview.js';
import { UsersRepository } from './users.repository.js';

/** Finds users, and describes them with their locks, roles and groups. */
@Injectable()
export class UserDirectory {
  constructor(
    @Inject(Lanes) private readonly lanes: Lanes,
    @Inject(AuditedTransaction) private readonly transaction: AuditedTransaction,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(LoginLocksRepository) private readonly locks: LoginLocksRepository,
  ) {}

  /**
   * Returns a user, recorded in the system's log.
   * @throws NotFound
   */
  read(username: string, caller: Caller): Promise<DescribedUser> {
    return this.transaction.run(
      newEvent('user.read', caller, { key: username }),
      async (manager) => (await this.findIn(manager, username)) ?? Refusal.missing('User', username),
    );
  }

  /**
   * Returns a user without a record, for the answer to a change that is recorded already.
   * @throws NotFound
   */
  async find(username: string): Promise<DescribedUser> {
    const user = await this.lanes.withManager('writes', undefined, (manager) =>
      this.findIn(manager, username),
    );
    if (user === undefined) throw resourceNotFound('User', username);
    return user;
  }

  /** Returns a page of users, by name unless `options` sort otherwise; recorded in the system's log. */
  list(options: UserListOptions, caller: Caller): Promise<Page<DescribedUser>> {
    return this.transaction.run(newEvent('user.list', caller), async (manager) => {
      const { items, total } = await this.users.list(manager, options);
      return { items: await this.describe(manager, items), total };
    });
  }

  /** Adds the locks, roles and groups. */
  async describe(manager: EntityManager, users: readonly UserProfile[]): Promise<DescribedUser[]> {
    const ids = users.map(({ id }) => id);
    const names = users.map(({ username }) => username);
    // One after the other: within a transaction they share a connection.
    const locked = await this.locks.findLocked(manager, names);
    const tenantRoles = await this.users.findTenantRoles(manager, ids);
    const groups = await this.users.findGroups(manager, ids);
    return users.map((user) => ({
      user,
      locked: locked.has(user.username),
      tenantRoles: tenantRoles.get(user.id) ?? [],
      groups: groups.get(user.id) ?? [],
    }));
  }

  private async findIn(manager: EntityManager, username: string): Promise<DescribedUser | undefined> {
    const user = await this.users.findByName(manager, username);
    const [described] = user === null ? [] : await this.describe(manager, [user]);
    return described;
  }
}
