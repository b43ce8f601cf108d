import type { EntityManager } from 'typeorm';

/** A group with how many tenants and users it has, or with which. */
export interface UserGroupOverview {
  readonly name: string;
  readonly ldap_dn: string | null;
  readonly role: string;
  readonly tenants: number | Record<string, string>;
  readonly users: number | string[];
}

export interface UserGroupQuery {
  readonly size: number;
  readonly offset: number;
  readonly descending: boolean;
  /** A part of the name. */
  readonly search: string | undefined;
}

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

const CHOSEN = 'FROM user_groups g WHERE ($1::text IS NULL OR strpos(lower(g.name), lower($1)) > 0)';

/** A page of groups in the order of their names. */
export async function listUserGroups(
  manager: EntityManager,
  query: UserGroupQuery,
  withMembers: boolean,
): Promise<{ items: UserGroupOverview[]; total: number }> {
  const search = query.search ?? null;
  const [count] = await manager.query<[{ total: number }]>(`SELECT count(*)::integer AS total ${CHOSEN}`, [
    search,
  ]);
  const order = query.descending ? 'DESC' : 'ASC';
  const items = await manager.query<UserGroupOverview[]>(
    `SELECT ${withMembers ? MEMBERS : COUNTS} ${CHOSEN} ORDER BY g.name ${order} LIMIT $2 OFFSET $3`,
    [search, query.size, query.offset],
  );
  return { items, total: count.total };
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
