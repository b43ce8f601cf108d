import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { nameProblem } from '../../common/names/resource-name.js';
import { listRows, requireFittingItem } from '../../database/list-rows.js';
import type { LockedRow } from '../../database/locked-row.js';
import type { Page } from '../../database/page-request.js';
import type { SystemRole } from '../user.entity.js';
import { UserGroupMember } from './user-group-member.entity.js';
import {
  USER_GROUP_COLUMNS,
  type UserGroupListOptions,
  type UserGroupOverview,
} from './user-group-overview.js';
import type { UserGroup } from './user-group.entity.js';

const COUNTS = `
  g.name, g.ldap_dn, g.system_role AS role,
  (SELECT count(*)::integer FROM tenant_user_groups m JOIN tenants t ON t.id = m.tenant_id
   WHERE m.group_id = g.id AND t.deleted_at IS NULL) AS tenants,
  (SELECT count(*)::integer FROM user_group_members m JOIN users u ON u.id = m.user_id
   WHERE m.group_id = g.id AND u.deleted_at IS NULL) AS users`;

const MEMBERS = `
  g.name, g.ldap_dn, g.system_role AS role,
  (SELECT coalesce(json_object_agg(t.name, m.role ORDER BY t.name), '{}')
   FROM tenant_user_groups m JOIN tenants t ON t.id = m.tenant_id
   WHERE m.group_id = g.id AND t.deleted_at IS NULL) AS tenants,
  ARRAY(SELECT u.username FROM user_group_members m JOIN users u ON u.id = m.user_id
        WHERE m.group_id = g.id AND u.deleted_at IS NULL ORDER BY u.username) AS users`;

/** Computes the size of a group in an answer, without and with MEMBERS. */
const BYTES = `octet_length(to_json(g)::text) + 100`;
const MEMBER_BYTES = `
  ${BYTES}
  + (SELECT coalesce(sum(octet_length(t.name) + 20), 0)
     FROM tenant_user_groups m JOIN tenants t ON t.id = m.tenant_id WHERE m.group_id = g.id)
  + (SELECT coalesce(sum(octet_length(u.username) + 3), 0)
     FROM user_group_members m JOIN users u ON u.id = m.user_id WHERE m.group_id = g.id)`;

const INSERT = `
  INSERT INTO user_groups (id, name, ldap_dn, system_role) VALUES ($1, $2, $3, $4)
  ON CONFLICT DO NOTHING RETURNING id`;

/** Reads and writes `user_groups` and `user_group_members`. Names are looked up without regard to case. */
@Injectable()
export class UserGroupsRepository {
  /** Finds a group and keeps it from being deleted until the transaction ends. */
  async lockByName(manager: EntityManager, name: string): Promise<LockedRow | undefined> {
    if (nameProblem(name) !== undefined) return undefined;
    const [row] = await manager.query<LockedRow[]>(
      'SELECT id, name FROM user_groups WHERE lower(name) = lower($1 COLLATE "C") FOR KEY SHARE',
      [name],
    );
    return row;
  }

  /** @returns false if the name or the name in the directory is taken */
  async insert(
    manager: EntityManager,
    { id, name, ldapDn, systemRole }: Omit<UserGroup, 'createdAt'>,
  ): Promise<boolean> {
    const inserted = await manager.query<unknown[]>(INSERT, [id, name, ldapDn, systemRole]);
    return inserted.length > 0;
  }

  async updateRole(manager: EntityManager, id: string, systemRole: SystemRole): Promise<void> {
    await manager.query('UPDATE user_groups SET system_role = $2 WHERE id = $1', [id, systemRole]);
  }

  async delete(manager: EntityManager, id: string): Promise<void> {
    await manager.query('DELETE FROM user_groups WHERE id = $1', [id]);
  }

  /** @returns false if the user is a member already */
  async addMember(manager: EntityManager, { groupId, userId }: UserGroupMember): Promise<boolean> {
    const inserted = await manager.query<unknown[]>(
      `INSERT INTO user_group_members (group_id, user_id) VALUES ($1, $2)
       ON CONFLICT DO NOTHING RETURNING user_id`,
      [groupId, userId],
    );
    return inserted.length > 0;
  }

  /** @returns false if the user is not a member */
  async removeMember(manager: EntityManager, { groupId, userId }: UserGroupMember): Promise<boolean> {
    const [, removed] = await manager.query<[unknown[], number]>(
      'DELETE FROM user_group_members WHERE group_id = $1 AND user_id = $2',
      [groupId, userId],
    );
    return removed > 0;
  }

  /** Removes a user from every group. */
  async removeFromAll(manager: EntityManager, userId: string): Promise<void> {
    await manager.delete(UserGroupMember, { userId });
  }

  /** Returns a page of groups, by name unless `options` sort otherwise. */
  list(
    manager: EntityManager,
    options: UserGroupListOptions,
    withMembers: boolean,
  ): Promise<Page<UserGroupOverview>> {
    const source = {
      select: withMembers ? MEMBERS : COUNTS,
      from: 'FROM user_groups g WHERE true',
      columns: USER_GROUP_COLUMNS,
      searched: 'g.name',
      order: 'g.name',
      bytes: withMembers ? MEMBER_BYTES : BYTES,
    };
    return listRows(manager, source, options);
  }

  /**
   * Returns one group, or undefined if it was deleted in the meantime.
   * @throws TooCostly if it has too many members for one answer
   */
  async describe(
    manager: EntityManager,
    id: string,
    withMembers: boolean,
  ): Promise<UserGroupOverview | undefined> {
    if (withMembers)
      await requireFittingItem(manager, `${MEMBER_BYTES} AS bytes FROM user_groups g WHERE g.id = $1`, id);
    const [row] = await manager.query<UserGroupOverview[]>(
      `SELECT ${withMembers ? MEMBERS : COUNTS} FROM user_groups g WHERE g.id = $1`,
      [id],
    );
    return row;
  }
}
