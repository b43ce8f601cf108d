import type { EntityManager } from 'typeorm';
import { listRows } from '../../database/list-rows.js';
import type { Page, PageRequest } from '../../database/page-request.js';

/** A group with how many tenants and users it has, or with which. */
export interface UserGroupOverview {
  readonly name: string;
  readonly ldap_dn: string | null;
  readonly role: string;
  readonly tenants: number | Record<string, string>;
  readonly users: number | string[];
}

export const USER_GROUP_COLUMNS = {
  name: { sql: 'g.name', ignoresCase: true },
  ldap_dn: { sql: 'g.ldap_dn', ignoresCase: true },
  role: { sql: 'g.system_role' },
} as const;

export type UserGroupListOptions = PageRequest<keyof typeof USER_GROUP_COLUMNS>;

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

/** A page of groups, by name where nothing else is said. */
export function listUserGroups(
  manager: EntityManager,
  wanted: UserGroupListOptions,
  withMembers: boolean,
): Promise<Page<UserGroupOverview>> {
  const source = {
    select: withMembers ? MEMBERS : COUNTS,
    from: 'FROM user_groups g WHERE true',
    columns: USER_GROUP_COLUMNS,
    searched: 'g.name',
    order: 'g.name',
  };
  return listRows(manager, source, wanted);
}

/** One group; undefined where it was deleted in the meantime. */
export async function describeUserGroup(
  manager: EntityManager,
  id: string,
  withMembers: boolean,
): Promise<UserGroupOverview | undefined> {
  const [row] = await manager.query<UserGroupOverview[]>(
    `SELECT ${withMembers ? MEMBERS : COUNTS} FROM user_groups g WHERE g.id = $1`,
    [id],
  );
  return row;
}
