import type { EntityManager } from 'typeorm';

/** How many belong to a tenant: groups, and users directly or through them. */
export interface TenantCounts {
  readonly name: string;
  readonly groups: number;
  readonly users: number;
}

/** Who belongs to a tenant, with which role. */
export interface TenantMembers {
  readonly name: string;
  readonly groups: Record<string, { role: string; users: string[] }>;
  readonly direct: Record<string, string>;
}

export interface TenantQuery {
  readonly size: number;
  readonly offset: number;
  readonly descending: boolean;
  /** A part of the name. */
  readonly search: string | undefined;
  /** Whose tenants, by membership, groups included; every tenant where undefined. */
  readonly memberId: string | undefined;
}

const COUNTS = `
  t.name,
  (SELECT count(*)::integer FROM tenant_user_groups WHERE tenant_id = t.id) AS groups,
  (SELECT count(*)::integer FROM users u WHERE u.deleted_at IS NULL AND u.id IN (
     SELECT user_id FROM tenant_users WHERE tenant_id = t.id
     UNION SELECT m.user_id FROM tenant_user_groups g JOIN user_group_members m USING (group_id)
           WHERE g.tenant_id = t.id)) AS users`;

const MEMBERS = `
  t.name,
  (SELECT coalesce(json_object_agg(u.username, m.role ORDER BY u.username), '{}')
   FROM tenant_users m JOIN users u ON u.id = m.user_id
   WHERE m.tenant_id = t.id AND u.deleted_at IS NULL) AS direct,
  (SELECT coalesce(json_object_agg(g.name, json_build_object('role', tg.role, 'users', ARRAY(
            SELECT u.username FROM user_group_members m JOIN users u ON u.id = m.user_id
            WHERE m.group_id = g.id AND u.deleted_at IS NULL ORDER BY u.username)) ORDER BY g.name), '{}')
   FROM tenant_user_groups tg JOIN user_groups g ON g.id = tg.group_id
   WHERE tg.tenant_id = t.id) AS groups`;

const CHOSEN = `
  FROM tenants t WHERE t.deleted_at IS NULL
    AND ($1::uuid IS NULL OR t.id IN (
      SELECT tenant_id FROM tenant_users WHERE user_id = $1
      UNION SELECT g.tenant_id FROM tenant_user_groups g JOIN user_group_members m USING (group_id)
            WHERE m.user_id = $1))
    AND ($2::text IS NULL OR strpos(lower(t.name), lower($2)) > 0)`;

/** A page of living tenants in the order of their names, as counts or with who belongs to them. */
export async function listTenants<D extends boolean>(
  manager: EntityManager,
  query: TenantQuery,
  withMembers: D,
): Promise<{ items: (D extends true ? TenantMembers : TenantCounts)[]; total: number }> {
  const chosen = [query.memberId ?? null, query.search ?? null];
  const [count] = await manager.query<[{ total: number }]>(
    `SELECT count(*)::integer AS total ${CHOSEN}`,
    chosen,
  );
  const order = query.descending ? 'DESC' : 'ASC';
  const items = await manager.query<(D extends true ? TenantMembers : TenantCounts)[]>(
    `SELECT ${withMembers ? MEMBERS : COUNTS} ${CHOSEN} ORDER BY t.name ${order} LIMIT $3 OFFSET $4`,
    [...chosen, query.size, query.offset],
  );
  return { items, total: count.total };
}

/** One living tenant; undefined where it was deleted in the meantime. */
export async function describeTenant<D extends boolean>(
  manager: EntityManager,
  id: string,
  withMembers: D,
): Promise<(D extends true ? TenantMembers : TenantCounts) | undefined> {
  const [row] = await manager.query<(D extends true ? TenantMembers : TenantCounts)[]>(
    `SELECT ${withMembers ? MEMBERS : COUNTS} FROM tenants t WHERE t.id = $1 AND t.deleted_at IS NULL`,
    [id],
  );
  return row;
}
