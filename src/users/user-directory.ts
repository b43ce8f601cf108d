import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, type SelectQueryBuilder } from 'typeorm';
import { findUser, userNotFound } from './find-user.js';
import { lockedNames } from './login-locks.js';
import type { TenantRole } from './tenant-user.entity.js';
import { User, type SystemRole } from './user.entity.js';

/** A role in a tenant: the user's own, or that of a group of theirs. */
export interface TenantRoleOfUser {
  readonly tenant: string;
  readonly role: TenantRole;
  readonly group: string | null;
}

interface GroupOfUser {
  readonly name: string;
  readonly systemRole: SystemRole;
}

/** A user with all that is known of them at this moment. */
export interface DescribedUser {
  readonly user: User;
  readonly locked: boolean;
  readonly tenantRoles: readonly TenantRoleOfUser[];
  readonly groups: readonly GroupOfUser[];
}

export const USER_SORTS = [
  'username',
  'role',
  'active',
  'created_at',
  'first_login_at',
  'last_login_at',
] as const;
export type UserSort = (typeof USER_SORTS)[number];

export interface UserQuestion {
  readonly size: number;
  readonly offset: number;
  readonly sort: UserSort;
  readonly descending: boolean;
  /** A part of the name, in any case. */
  readonly search: string | undefined;
}

const COLUMNS: Readonly<Record<UserSort, string>> = {
  username: 'user.username',
  role: 'user.systemRole',
  active: 'user.active',
  created_at: 'user.createdAt',
  first_login_at: 'user.firstLoginAt',
  last_login_at: 'user.lastLoginAt',
};

const TENANT_ROLES_OF = `
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

const GROUPS_OF = `
  SELECT m.user_id AS "userId", g.name, g.system_role AS "systemRole"
  FROM user_group_members m JOIN user_groups g ON g.id = m.group_id
  WHERE m.user_id = ANY ($1::uuid[]) ORDER BY g.name`;

/** Looks users up. */
@Injectable()
export class UserDirectory {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** @throws NotFound */
  async find(username: string): Promise<DescribedUser> {
    const user = await findUser(this.dataSource.manager, username);
    if (user === null) throw userNotFound(username);
    const [described] = await this.describe([user]);
    if (described === undefined) throw userNotFound(username);
    return described;
  }

  async list(question: UserQuestion): Promise<{ items: DescribedUser[]; total: number }> {
    const query = this.matching(question.search);
    const total = await query.getCount();
    if (question.size === 0) return { items: [], total };
    const users = await query
      .orderBy(COLUMNS[question.sort], question.descending ? 'DESC' : 'ASC')
      .addOrderBy('user.id')
      .take(question.size)
      .skip(question.offset)
      .getMany();
    return { items: await this.describe(users), total };
  }

  private matching(search: string | undefined): SelectQueryBuilder<User> {
    const query = this.dataSource.manager.createQueryBuilder(User, 'user').where('user.deletedAt IS NULL');
    if (search === undefined) return query;
    return query.andWhere('position(lower(:search) IN lower(user.username)) > 0', { search });
  }

  async describe(
    users: readonly User[],
    manager: EntityManager = this.dataSource.manager,
  ): Promise<DescribedUser[]> {
    const ids = users.map(({ id }) => id);
    const [locked, tenantRoles, groups] = await Promise.all([
      lockedNames(
        manager,
        users.map(({ username }) => username),
      ),
      manager.query<(TenantRoleOfUser & { userId: string })[]>(TENANT_ROLES_OF, [ids]),
      manager.query<(GroupOfUser & { userId: string })[]>(GROUPS_OF, [ids]),
    ]);
    const rolesOf = byUser(tenantRoles);
    const groupsOf = byUser(groups);
    return users.map((user) => ({
      user,
      locked: locked.has(user.username),
      tenantRoles: rolesOf.get(user.id) ?? [],
      groups: groupsOf.get(user.id) ?? [],
    }));
  }
}

function byUser<T extends { userId: string }>(rows: readonly T[]): ReadonlyMap<string, T[]> {
  const found = new Map<string, T[]>();
  for (const row of rows) found.set(row.userId, [...(found.get(row.userId) ?? []), row]);
  return found;
}
