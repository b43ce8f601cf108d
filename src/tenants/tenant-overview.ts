import type { EntityManager } from 'typeorm';
import { listRows } from '../database/list-rows.js';
import type { Page, PageRequest } from '../database/page-request.js';

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

export const TENANT_COLUMNS = { name: { sql: 't.name' } } as const;
type TenantField = keyof typeof TENANT_COLUMNS;

export interface TenantListOptions extends PageRequest<TenantField> {
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
            WHERE m.user_id = $1))`;

/** A page of living tenants, by name where nothing else is said, as counts or with who belongs to them. */
export function listTenants(
  manager: EntityManager,
  wanted: TenantListOptions,
  withMembers: boolean,
): Promise<Page<TenantCounts | TenantMembers>> {
  const source = {
    select: withMembers ? MEMBERS : COUNTS,
    from: CHOSEN,
    values: [wanted.memberId ?? null],
    columns: TENANT_COLUMNS,
    searched: 't.name',
    order: 't.name',
  };
  return listRows(manager, source, wanted);
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
