import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newEvent, type AuditEvent } from '../../audit/audit-event.js';
import { AuditedTransaction } from '../../audit/audited-transaction.js';
import { Refusal } from '../../audit/refusal.js';
import { BadParameters } from '../../common/errors.js';
import { newId } from '../../common/ids.js';
import { nameProblem } from '../../common/names/resource-name.js';
import type { Caller } from '../../common/tenant-context.js';
import type { LockedRow } from '../../database/locked-row.js';
import type { Page } from '../../database/page-request.js';
import { LastAdministrator } from '../last-administrator.js';
import { requireSystemRole } from '../permissions/roles.js';
import { UsersRepository } from '../users.repository.js';
import type { UserGroupListOptions, UserGroupOverview } from './user-group-overview.js';
import { UserGroupsRepository } from './user-groups.repository.js';

/** Holds the name that the route beside `/user-groups/{name}` takes. */
const RESERVED = 'users';

export interface NewUserGroup {
  readonly name: string;
  readonly ldapDn: string | null;
  readonly role: string;
}

/** Changes a group, or returns why not. */
type Change = (manager: EntityManager, group: LockedRow) => Promise<Refusal | undefined>;

/**
 * Administers groups of users and records each request in the system's log. Names are looked up without regard to case.
 * No change takes the last active administrator away.
 */
@Injectable()
export class UserGroupsService {
  constructor(
    @Inject(AuditedTransaction) private readonly transaction: AuditedTransaction,
    @Inject(UserGroupsRepository) private readonly groups: UserGroupsRepository,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(LastAdministrator) private readonly lastAdministrator: LastAdministrator,
  ) {}

  list(
    options: UserGroupListOptions,
    withMembers: boolean,
    caller: Caller,
  ): Promise<Page<UserGroupOverview>> {
    return this.transaction.run(newEvent('user_group.list', caller), (manager) =>
      this.groups.list(manager, options, withMembers),
    );
  }

  /** @throws NotFound */
  read(name: string, withMembers: boolean, caller: Caller): Promise<UserGroupOverview> {
    const event = newEvent('user_group.read', caller, { key: name });
    return this.transaction.run(event, async (manager) => {
      const group = await this.groups.lockByName(manager, name);
      const overview = group && (await this.groups.describe(manager, group.id, withMembers));
      return overview ?? Refusal.missing('Group', name);
    });
  }

  /**
   * @throws BadParameters for a name or a role that is not allowed
   * @throws Conflict when the name or the directory's name is taken, in whatever case
   */
  create({ name, ldapDn, role }: NewUserGroup, caller: Caller): Promise<UserGroupOverview> {
    const problem = nameProblem(name);
    if (problem !== undefined) throw new BadParameters(`User group name: ${problem}`);
    if (name === RESERVED)
      throw new BadParameters(`User group name: \`${name}\` is reserved; choose another`);
    const systemRole = requireSystemRole(role);
    const event = newEvent('user_group.create', caller, { key: name, detail: { system_role: systemRole } });
    return this.transaction.run(event, async (manager) => {
      const id = newId();
      const inserted = await this.groups.insert(manager, { id, name, ldapDn, systemRole });
      const group = inserted ? await this.groups.describe(manager, id, false) : undefined;
      return group ?? Refusal.conflict(`A user group already exists with this name or LDAP DN: \`${name}\``);
    });
  }

  /**
   * @throws BadParameters for a role that is not allowed
   * @throws NotFound
   * @throws Conflict when it would leave no active administrator
   */
  setRole(name: string, role: string, caller: Caller): Promise<UserGroupOverview> {
    const systemRole = requireSystemRole(role);
    const event = newEvent('user_group.set_role', caller, { key: name, detail: { system_role: systemRole } });
    return this.change(event, name, async (manager, group) => {
      const changed = await this.lastAdministrator.change(manager, () =>
        this.groups.updateRole(manager, group.id, systemRole),
      );
      return changed ? undefined : refuseLast('modify the role of', group);
    });
  }

  /**
   * Deletes a group, and with it the roles that its members had through it.
   * @returns the group as it was
   * @throws NotFound
   * @throws Conflict when it would leave no active administrator
   */
  delete(name: string, caller: Caller): Promise<UserGroupOverview> {
    const event = newEvent('user_group.delete', caller, { key: name });
    return this.transaction.run(event, async (manager) => {
      await this.lastAdministrator.lock(manager);
      const group = await this.groups.lockByName(manager, name);
      const overview = group && (await this.groups.describe(manager, group.id, false));
      if (group === undefined || overview === undefined) return Refusal.missing('Group', name);
      const deleted = await this.lastAdministrator.change(manager, () =>
        this.groups.delete(manager, group.id),
      );
      return deleted ? overview : refuseLast('delete', group);
    });
  }

  /**
   * @throws NotFound for the group or the user
   * @throws Conflict when the user is a member already
   */
  addUser(name: string, username: string, caller: Caller): Promise<UserGroupOverview> {
    const event = newEvent('user_group.add_user', caller, { key: `${name}/${username}` });
    return this.change(event, name, async (manager, group) => {
      const user = await this.users.lockByName(manager, username);
      if (user === undefined) return Refusal.missing('User', username);
      if (await this.groups.addMember(manager, { groupId: group.id, userId: user.id })) return undefined;
      return Refusal.conflict(
        `User \`${user.name}\` is already a member of the user group \`${group.name}\``,
      );
    });
  }

  /**
   * @throws NotFound for the group, the user or the membership
   * @throws Conflict when it would leave no active administrator
   */
  removeUser(name: string, username: string, caller: Caller): Promise<UserGroupOverview> {
    const event = newEvent('user_group.remove_user', caller, { key: `${name}/${username}` });
    return this.change(event, name, async (manager, group) => {
      const user = await this.users.lockByName(manager, username);
      if (user === undefined) return Refusal.missing('User', username);
      const member = { groupId: group.id, userId: user.id };
      let removal = Promise.resolve(false);
      const changed = await this.lastAdministrator.change(
        manager,
        () => (removal = this.groups.removeMember(manager, member)),
      );
      if (!changed) return refuseLast('remove a member of', group);
      if (await removal) return undefined;
      return Refusal.notFound(`User \`${user.name}\` is not a member of the user group \`${group.name}\``);
    });
  }

  private change(event: AuditEvent, name: string, change: Change): Promise<UserGroupOverview> {
    return this.transaction.run(event, async (manager) => {
      await this.lastAdministrator.lock(manager);
      const group = await this.groups.lockByName(manager, name);
      if (group === undefined) return Refusal.missing('Group', name);
      const refusal = await change(manager, group);
      return (
        refusal ?? (await this.groups.describe(manager, group.id, false)) ?? Refusal.missing('Group', name)
      );
    });
  }
}

function refuseLast(action: string, { name }: LockedRow): Refusal {
  return Refusal.conflict(
    `Cannot ${action} the user group \`${name}\`: the last active sys_admin is one through it`,
  );
}
