import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newEvent, type AuditEvent } from '../../audit/audit-event.js';
import { AuditedTransaction } from '../../audit/audited-transaction.js';
import { Refusal } from '../../audit/refusal.js';
import { BadParameters } from '../../common/errors.js';
import { newId } from '../../common/ids.js';
import { nameProblem } from '../../common/resource-name.js';
import type { Caller } from '../../common/tenant-context.js';
import type { Page } from '../../database/page-request.js';
import { hold, type LockedRow } from '../held-rows.js';
import { keepingAnAdministrator } from '../keeping-an-administrator.js';
import { lockAdministrators } from '../last-administrator.js';
import { requireSystemRole } from '../permissions/roles.js';
import {
  describeUserGroup,
  listUserGroups,
  type UserGroupOverview,
  type UserGroupListOptions,
} from './user-group-overview.js';

/** Taken by the route beside `/user-groups/{name}`. */
const RESERVED = 'users';

export interface NewUserGroup {
  readonly name: string;
  readonly ldapDn: string | null;
  readonly role: string;
}

/** What changes nothing, and so who administers neither. */
const LOOKS = new Set(['user_group.read']);

/** Does its part with a group that exists, or says why not. */
type Change = (manager: EntityManager, group: LockedRow) => Promise<Refusal | undefined>;

/**
 * Groups of users. Names are looked up without regard to case. Every act is recorded in the system's log, in its own
 * transaction; none takes the last active administrator away.
 */
@Injectable()
export class UserGroupsService {
  constructor(@Inject(AuditedTransaction) private readonly transaction: AuditedTransaction) {}

  list(wanted: UserGroupListOptions, withMembers: boolean, caller: Caller): Promise<Page<UserGroupOverview>> {
    return this.transaction.run(newEvent('user_group.list', caller), (manager) =>
      listUserGroups(manager, wanted, withMembers),
    );
  }

  /** @throws NotFound */
  read(name: string, withMembers: boolean, caller: Caller): Promise<UserGroupOverview> {
    const event = newEvent('user_group.read', caller, { key: name });
    return this.change(event, name, () => Promise.resolve(undefined), withMembers);
  }

  /**
   * @throws BadParameters when the name or the role cannot be
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
      const [made] = await manager.query<{ id: string }[]>(
        `INSERT INTO user_groups (id, name, ldap_dn, system_role) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING RETURNING id`,
        [newId(), name, ldapDn, systemRole],
      );
      const group = made && (await describeUserGroup(manager, made.id, false));
      return group ?? Refusal.conflict(`A user group already exists with this name or LDAP DN: \`${name}\``);
    });
  }

  /**
   * @throws BadParameters when the role cannot be
   * @throws NotFound
   * @throws Conflict when it would leave no active administrator
   */
  setRole(name: string, role: string, caller: Caller): Promise<UserGroupOverview> {
    const systemRole = requireSystemRole(role);
    const event = newEvent('user_group.set_role', caller, { key: name, detail: { system_role: systemRole } });
    return this.change(event, name, async (manager, group) => {
      const update = 'UPDATE user_groups SET system_role = $2 WHERE id = $1';
      const made = await keepingAnAdministrator(manager, () => manager.query(update, [group.id, systemRole]));
      return made ? undefined : Refusal.conflict(lastThrough(group, 'modify the role of'));
    });
  }

  /**
   * Takes its members' roles away with it.
   * @returns what it was
   * @throws NotFound
   * @throws Conflict when it would leave no active administrator
   */
  delete(name: string, caller: Caller): Promise<UserGroupOverview> {
    const event = newEvent('user_group.delete', caller, { key: name });
    return this.transaction.run(event, async (manager) => {
      await lockAdministrators(manager);
      const group = await hold(manager, 'Group', name);
      const last = group && (await describeUserGroup(manager, group.id, false));
      if (group === undefined || last === undefined) return Refusal.missing('Group', name);
      const made = await keepingAnAdministrator(manager, () =>
        manager.query('DELETE FROM user_groups WHERE id = $1', [group.id]),
      );
      return made ? last : Refusal.conflict(lastThrough(group, 'delete'));
    });
  }

  /**
   * @throws NotFound for the group or the user
   * @throws Conflict when it is a member already
   */
  addUser(name: string, username: string, caller: Caller): Promise<UserGroupOverview> {
    const event = newEvent('user_group.add_user', caller, { key: `${name}/${username}` });
    return this.change(event, name, async (manager, group) => {
      const user = await hold(manager, 'User', username);
      if (user === undefined) return Refusal.missing('User', username);
      const added = await manager.query<unknown[]>(
        `INSERT INTO user_group_members (group_id, user_id) VALUES ($1, $2)
         ON CONFLICT DO NOTHING RETURNING user_id`,
        [group.id, user.id],
      );
      if (added.length > 0) return undefined;
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
      const user = await hold(manager, 'User', username);
      if (user === undefined) return Refusal.missing('User', username);
      let removed = 0;
      const made = await keepingAnAdministrator(manager, async () => {
        const text = 'DELETE FROM user_group_members WHERE group_id = $1 AND user_id = $2';
        [, removed] = await manager.query<[unknown[], number]>(text, [group.id, user.id]);
      });
      if (!made) return Refusal.conflict(lastThrough(group, 'remove a member of'));
      if (removed > 0) return undefined;
      return Refusal.notFound(`User \`${user.name}\` is not a member of the user group \`${group.name}\``);
    });
  }

  private change(
    event: AuditEvent,
    name: string,
    change: Change,
    withMembers = false,
  ): Promise<UserGroupOverview> {
    return this.transaction.run(event, async (manager) => {
      if (!LOOKS.has(event.action)) await lockAdministrators(manager);
      const group = await hold(manager, 'Group', name);
      if (group === undefined) return Refusal.missing('Group', name);
      const refusal = await change(manager, group);
      return (
        refusal ?? (await describeUserGroup(manager, group.id, withMembers)) ?? Refusal.missing('Group', name)
      );
    });
  }
}

function lastThrough({ name }: LockedRow, act: string): string {
  return `Cannot ${act} the user group \`${name}\`: the last active sys_admin is one through it`;
}
