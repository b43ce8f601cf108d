import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { nameProblem } from '../common/names/resource-name.js';
import type { SqlConnection } from '../database/connection/sql-connection.js';
import { listRows } from '../database/list-rows.js';
import type { LockedRow } from '../database/locked-row.js';
import type { Page } from '../database/page-request.js';
import {
  USER_COLUMNS,
  type GroupOfUser,
  type TenantRoleOfUser,
  type UserListOptions,
  type UserProfile,
} from './user-overview.js';
import { User } from './user.entity.js';

/** Makes a deletion, but not a change, wait for transactions that store references to the user. */
const LOCKS = { change: 'for_no_key_update', delete: 'pessimistic_write' } as const;
export type UserLock = keyof typeof LOCKS;

const LOCK_BY_NAME = `
  SELECT id, username AS name FROM users
  WHERE lower(username) = lower($1 COLLATE "C") AND deleted_at IS NULL FOR SHARE`;

/** Serialises changes of administrators, so that two concurrent changes cannot remove the last two. */
const LOCK_ADMINISTRATORS = "SELECT pg_advisory_xact_lock(hashtextextended('strongroom.administrators', 0))";

const ADMINISTRATORS = `
  SELECT u.id FROM users u WHERE u.active AND u.deleted_at IS NULL AND (
    u.system_role = 'sys_admin' OR EXISTS (
      SELECT FROM user_group_members m JOIN user_groups g ON g.id = m.group_id
      WHERE m.user_id = u.id AND g.system_role = 'sys_admin'))`;

/** Computes the size of a user in an answer, and in memory: with the groups, and with the roles through each. */
const BYTES = `
  octet_length(u.username) + 500
  + (SELECT coalesce(sum(2 * octet_length(t.name) + 100), 0)
     FROM tenant_users tu JOIN tenants t ON t.id = tu.tenant_id WHERE tu.user_id = u.id)
  + (SELECT coalesce(sum(2 * octet_length(g.name) + 100 + (
       SELECT coalesce(sum(2 * octet_length(t.name) + octet_length(g.name) + 100), 0)
       FROM tenant_user_groups tg JOIN tenants t ON t.id = tg.tenant_id WHERE tg.group_id = g.id)), 0)
     FROM user_group_members m JOIN user_groups g ON g.id = m.group_id WHERE m.user_id = u.id)`;

const LISTED = {
  select: `
    u.id, u.username, u.system_role AS "systemRole", u.active, u.show_getting_started AS "showGettingStarted",
    u.created_at AS "createdAt", u.first_login_at AS "firstLoginAt", u.last_login_at AS "lastLoginAt"`,
  from: 'FROM users u WHERE u.deleted_at IS NULL',
  columns: USER_COLUMNS,
  searched: 'u.username',
  order: 'u.username, u.id',
  bytes: BYTES,
};

const TENANT_ROLES = `
  SELECT tu.user_id AS "userId", t.name AS tenant, tu.role, NULL AS "group"
  FROM tenant_users tu JOIN tenants t ON t.id = tu.tenant_id AND t.deleted_at IS NULL
  WHERE tu.user_id = ANY ($1::uuid[])
  UNION ALL
  SELECT m.user_id, t.name, tg.role, g.name
  FROM user_group_members m JOIN user_groups g ON g.id = m.group_id
  JOIN tenant_user_groups tg ON tg.group_id = g.id
  JOIN tenants t ON t.id = tg.tenant_id AND t.deleted_at IS NULL
  WHERE m.user_id = ANY ($1::uuid[])
  ORDER BY 2, 4 NULLS FIRST`;

const GROUPS = `
  SELECT m.user_id AS "userId", g.name, g.system_role AS "systemRole"
  FROM user_group_members m JOIN user_groups g ON g.id = m.group_id
  WHERE m.user_id = ANY ($1::uuid[]) ORDER BY g.name`;

/** Leaves out columns that have a default. */
type NewUserRow = Pick<User, 'id' | 'username' | 'passwordHash' | 'systemRole'> &
  Partial<Pick<User, 'isBootstrap'>> & {
    readonly createdAt?: Date | undefined;
    readonly firstLoginAt?: Date | undefined;
    readonly lastLoginAt?: Date | undefined;
  };

/** Reads and writes `users`. Names are looked up without regard to case, and only `nameOf` sees a deleted user. */
@Injectable()
export class UsersRepository {
  /** Works on any connection, since a start asks before there are entities. */
  async anyExists(connection: SqlConnection): Promise<boolean> {
    const [row] = await connection.query<[{ found: boolean }]>(
      'SELECT EXISTS (SELECT FROM users WHERE deleted_at IS NULL) AS found',
    );
    return row.found;
  }

  /**
   * Returns null for a text that cannot be a name without asking the database, which cannot hold every text.
   * @param lock keeps the row until the transaction ends
   */
  async findByName(manager: EntityManager, username: string, lock?: UserLock): Promise<User | null> {
    if (nameProblem(username) !== undefined) return null;
    const query = manager
      .createQueryBuilder(User, 'user')
      .where('lower(user.username) = lower(:username) AND user.deletedAt IS NULL', { username });
    return (lock === undefined ? query : query.setLock(LOCKS[lock])).getOne();
  }

  /** Returns the name of a user, and also that of a deleted one. */
  async nameOf(manager: EntityManager, id: string): Promise<string | undefined> {
    const [row] = await manager.query<{ username: string }[]>('SELECT username FROM users WHERE id = $1', [
      id,
    ]);
    return row?.username;
  }

  /** Finds a user and keeps the row from being changed until the transaction ends. */
  async lockByName(manager: EntityManager, username: string): Promise<LockedRow | undefined> {
    if (nameProblem(username) !== undefined) return undefined;
    const [row] = await manager.query<LockedRow[]>(LOCK_BY_NAME, [username]);
    return row;
  }

  /** @returns false if the name is taken */
  async insert(manager: EntityManager, user: NewUserRow): Promise<boolean> {
    const insert = manager.createQueryBuilder().insert().into(User).orIgnore().returning(['id']);
    const result = await insert.values(user).execute();
    return (result.raw as unknown[]).length > 0;
  }

  async update(
    manager: EntityManager,
    id: string,
    changes: Partial<Pick<User, 'systemRole' | 'active' | 'showGettingStarted' | 'passwordHash'>>,
  ): Promise<void> {
    await manager.update(User, { id }, changes);
  }

  /** Sets `deleted_at`: the row stays for data that names the user as its author, and the name is free again. */
  async delete(manager: EntityManager, id: string): Promise<void> {
    await manager.update(User, { id }, { deletedAt: () => 'now()' });
  }

  /** Looks in all tenants, through a definer function. */
  async ownsSecrets(manager: EntityManager, id: string): Promise<boolean> {
    const [row] = await manager.query<{ owns: boolean }[]>('SELECT user_owns_secrets($1) AS owns', [id]);
    return row?.owns !== false;
  }

  /** Keeps other transactions from changing the administrators until this one ends. */
  async lockAdministrators(manager: EntityManager): Promise<void> {
    await manager.query(LOCK_ADMINISTRATORS);
  }

  /** Returns the ids of the active system administrators, direct and through groups. */
  async findAdministrators(manager: EntityManager): Promise<ReadonlySet<string>> {
    const rows = await manager.query<{ id: string }[]>(ADMINISTRATORS);
    return new Set(rows.map(({ id }) => id));
  }

  /** Returns a page of users, by name unless `options` sort otherwise. */
  list(manager: EntityManager, options: UserListOptions): Promise<Page<UserProfile>> {
    return listRows<UserProfile, keyof typeof USER_COLUMNS>(manager, LISTED, options);
  }

  /** Returns the roles in living tenants by user id, the user's own before those through groups. */
  async findTenantRoles(
    manager: EntityManager,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, TenantRoleOfUser[]>> {
    return byUser(await manager.query<(TenantRoleOfUser & { userId: string })[]>(TENANT_ROLES, [ids]));
  }

  /** Returns the groups by user id, in the order of their names. */
  async findGroups(
    manager: EntityManager,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, GroupOfUser[]>> {
    return byUser(await manager.query<(GroupOfUser & { userId: string })[]>(GROUPS, [ids]));
  }
}

function byUser<T extends { userId: string }>(rows: readonly T[]): ReadonlyMap<string, T[]> {
  const found = new Map<string, T[]>();
  for (const row of rows) {
    const others = found.get(row.userId);
    if (others === undefined) found.set(row.userId, [row]);
    else others.push(row);
  }
  return found;
}
