import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { newEvent } from '../audit/audit-event.js';
import { AuditedTransaction } from '../audit/audited-transaction.js';
import { Refusal } from '../audit/refusal.js';
import { resourceNotFound } from '../common/resource-not-found.js';
import type { Caller } from '../common/tenant-context.js';
import { listRows } from '../database/list-rows.js';
import { timeText, type Page, type PageRequest } from '../database/page-request.js';
import { findUser } from './find-user.js';
import { lockedNames } from './login-locks.js';
import type { TenantRole } from './tenant-user.entity.js';
import type { User, SystemRole } from './user.entity.js';

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

/** What is shown of a user's row. */
type ShownUser = Omit<User, 'passwordHash' | 'isBootstrap' | 'deletedAt'>;

/** A user with all that is known of them at this moment. */
export interface DescribedUser {
  readonly user: ShownUser;
  readonly locked: boolean;
  readonly tenantRoles: readonly TenantRoleOfUser[];
  readonly groups: readonly GroupOfUser[];
}

/** Never the hash of the password. */
export const USER_COLUMNS = {
  username: { sql: 'u.username', ignoresCase: true },
  role: { sql: 'u.system_role' },
  active: { sql: 'u.active', text: 'u.active::text', ignoresCase: true },
  created_at: { sql: 'u.created_at', text: timeText('u.created_at') },
  first_login_at: { sql: 'u.first_login_at', text: timeText('u.first_login_at') },
  last_login_at: { sql: 'u.last_login_at', text: timeText('u.last_login_at') },
  show_getting_started: {
    sql: 'u.show_getting_started',
    text: 'u.show_getting_started::text',
    ignoresCase: true,
  },
} as const;

export type UserListOptions = PageRequest<keyof typeof USER_COLUMNS>;

const LISTED = {
  select: `
    u.id, u.username, u.system_role AS "systemRole", u.active, u.show_getting_started AS "showGettingStarted",
    u.created_at AS "createdAt", u.first_login_at AS "firstLoginAt", u.last_login_at AS "lastLoginAt"`,
  from: 'FROM users u WHERE u.deleted_at IS NULL',
  columns: USER_COLUMNS,
  searched: 'u.username',
  order: 'u.username, u.id',
};

type RoleRow = TenantRoleOfUser & { userId: string };
type GroupRow = GroupOfUser & { userId: string };

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

/** Looks users up, and records it in the system's log. */
@Injectable()
export class UserDirectory {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(AuditedTransaction) private readonly transaction: AuditedTransaction,
  ) {}

  /** @throws NotFound */
  read(username: string, caller: Caller): Promise<DescribedUser> {
    return this.transaction.run(newEvent('user.read', caller, { key: username }), async (manager) => {
      const user = await findUser(manager, username);
      const [described] = user === null ? [] : await this.describe([user], manager);
      return described ?? Refusal.missing('User', username);
    });
  }

  /**
   * For the answer to what was recorded otherwise.
   * @throws NotFound
   */
  async find(username: string): Promise<DescribedUser> {
    const user = await findUser(this.dataSource.manager, username);
    const [described] = user === null ? [] : await this.describe([user]);
    if (described === undefined) throw resourceNotFound('User', username);
    return described;
  }

  /** A page of users, by name where nothing else is said. */
  list(wanted: UserListOptions, caller: Caller): Promise<Page<DescribedUser>> {
    return this.transaction.run(newEvent('user.list', caller), async (manager) => {
      const { items, total } = await listRows<ShownUser, keyof typeof USER_COLUMNS>(manager, LISTED, wanted);
      return { items: await this.describe(items, manager), total };
    });
  }

  async describe(
    users: readonly ShownUser[],
    manager: EntityManager = this.dataSource.manager,
  ): Promise<DescribedUser[]> {
    const ids = users.map(({ id }) => id);
    const names = users.map(({ username }) => username);
    // One after the other: within a transaction they share a connection.
    const locked = await lockedNames(manager, names);
    const rolesOf = byUser(await manager.query<RoleRow[]>(TENANT_ROLES_OF, [ids]));
    const groupsOf = byUser(await manager.query<GroupRow[]>(GROUPS_OF, [ids]));
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
