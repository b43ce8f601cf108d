import { timeText, type PageRequest } from '../database/page-request.js';
import type { TenantRole } from './tenant-user.entity.js';
import type { SystemRole, User } from './user.entity.js';

/** Describes a role in a tenant: the user's own, or one through a group. */
export interface TenantRoleOfUser {
  readonly tenant: string;
  readonly role: TenantRole;
  readonly group: string | null;
}

export interface GroupOfUser {
  readonly name: string;
  readonly systemRole: SystemRole;
}

/** Holds the columns of a user's row that are shown; never the hash of the password. */
export type UserProfile = Omit<User, 'passwordHash' | 'isBootstrap' | 'deletedAt'>;

/** Describes a user with the lock, the roles and the groups at the moment of the query. */
export interface DescribedUser {
  readonly user: UserProfile;
  readonly locked: boolean;
  readonly tenantRoles: readonly TenantRoleOfUser[];
  readonly groups: readonly GroupOfUser[];
}

/** Lists the columns that a list can be sorted and filtered by. */
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
