import { Injectable } from '@nestjs/common';
import { IsNull, type EntityManager } from 'typeorm';
import { SYSTEM_LOG } from '../audit/audit-writer.js';
import { nameProblem } from '../common/names/resource-name.js';
import { listRows, requireFittingItem } from '../database/list-rows.js';
import type { LockedRow } from '../database/locked-row.js';
import type { Page } from '../database/page-request.js';
import {
  TENANT_COLUMNS,
  type TenantCounts,
  type TenantListOptions,
  type TenantMembers,
} from './tenant-overview.js';
import { Tenant } from './tenant.entity.js';

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

/** Computes the size of MEMBERS in an answer, which lists a user among the tenant's users and once per membership. */
const MEMBER_BYTES = `
  octet_length(t.name) + 200
  + (SELECT coalesce(sum(2 * octet_length(u.username) + 100), 0) FROM (
       SELECT user_id FROM tenant_users WHERE tenant_id = t.id
       UNION ALL SELECT m.user_id FROM tenant_user_groups tg JOIN user_group_members m USING (group_id)
                 WHERE tg.tenant_id = t.id) AS m JOIN users u ON u.id = m.user_id)
  + (SELECT coalesce(sum(2 * octet_length(g.name) + 100), 0)
     FROM tenant_user_groups tg JOIN user_groups g ON g.id = tg.group_id WHERE tg.tenant_id = t.id)`;

/** Takes the id of the user whose tenants are listed as $1, or NULL for every tenant. */
const LISTED = `
  FROM tenants t WHERE t.deleted_at IS NULL
    AND ($1::uuid IS NULL OR t.id IN (
      SELECT tenant_id FROM tenant_users WHERE user_id = $1
      UNION SELECT g.tenant_id FROM tenant_user_groups g JOIN user_group_members m USING (group_id)
            WHERE m.user_id = $1))`;

const HAS_MEMBERS = `
  SELECT EXISTS (SELECT FROM tenant_users m JOIN users u ON u.id = m.user_id
                 WHERE m.tenant_id = $1 AND u.deleted_at IS NULL)
      OR EXISTS (SELECT FROM tenant_user_groups WHERE tenant_id = $1) AS yes`;
const HAS_SECRETS = 'SELECT EXISTS (SELECT FROM secrets WHERE tenant_id = $1) AS yes';
const SET_TENANT = "SELECT set_config('app.tenant', $1, true)";

/** Reads and writes `tenants`. Nothing but `deleted_at` ever changes, and no method sees a deleted tenant. */
@Injectable()
export class TenantsRepository {
  /** Returns null for a text that cannot be a name without asking the database, which cannot hold every text. */
  async findByName(manager: EntityManager, name: string): Promise<Tenant | null> {
    if (nameProblem(name) !== undefined) return null;
    return manager.findOneBy(Tenant, { name, deletedAt: IsNull() });
  }

  /** Finds a tenant and keeps it from being deleted until the transaction ends. */
  async lockByName(manager: EntityManager, name: string): Promise<LockedRow | undefined> {
    if (nameProblem(name) !== undefined) return undefined;
    const [row] = await manager.query<LockedRow[]>(
      'SELECT id, name FROM tenants WHERE name = $1 AND deleted_at IS NULL FOR KEY SHARE',
      [name],
    );
    return row;
  }

  /**
   * Locks a tenant so that nobody else can add a member or delete it until the transaction ends.
   * @returns false if it was deleted in the meantime
   */
  async lockForDelete(manager: EntityManager, id: string): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      'SELECT FROM tenants WHERE id = $1 AND deleted_at IS NULL FOR UPDATE',
      [id],
    );
    return rows.length > 0;
  }

  /** @returns false if the name is taken */
  async insert(manager: EntityManager, tenant: Pick<Tenant, 'id' | 'name'>): Promise<boolean> {
    const insert = manager.createQueryBuilder().insert().into(Tenant).orIgnore().returning(['id']);
    const result = await insert.values(tenant).execute();
    return (result.raw as unknown[]).length > 0;
  }

  /** Sets `deleted_at`: the row stays for the audit trail, the name is free again. */
  async delete(manager: EntityManager, id: string): Promise<void> {
    await manager.update(Tenant, { id }, { deletedAt: () => 'now()' });
  }

  async hasMembers(manager: EntityManager, id: string): Promise<boolean> {
    const [row] = await manager.query<[{ yes: boolean }]>(HAS_MEMBERS, [id]);
    return row.yes;
  }

  /**
   * Tells whether the tenant has secrets. Row-level security shows them only to a transaction of the tenant, so the
   * transaction, which is the system log's, becomes the tenant's for the time of the query.
   */
  async hasSecrets(manager: EntityManager, id: string): Promise<boolean> {
    await manager.query(SET_TENANT, [id]);
    const [row] = await manager.query<[{ yes: boolean }]>(HAS_SECRETS, [id]);
    await manager.query(SET_TENANT, [SYSTEM_LOG]);
    return row.yes;
  }

  /** Purges the trash of the tenant, and returns the number of secrets that were in it. */
  async emptyTrash(manager: EntityManager, id: string): Promise<number> {
    const [row] = await manager.query<[{ purged: number }]>('SELECT empty_trash($1) AS purged', [id]);
    return row.purged;
  }

  /** Returns a page of tenants, by name unless `options` sort otherwise. */
  list(
    manager: EntityManager,
    options: TenantListOptions,
    withMembers: boolean,
  ): Promise<Page<TenantCounts | TenantMembers>> {
    const source = {
      select: withMembers ? MEMBERS : COUNTS,
      from: LISTED,
      values: [options.memberId ?? null],
      columns: TENANT_COLUMNS,
      searched: 't.name',
      order: 't.name',
      ...(withMembers && { bytes: MEMBER_BYTES }),
    };
    return listRows(manager, source, options);
  }

  /**
   * Returns one tenant, or undefined if it was deleted in the meantime.
   * @throws TooCostly if it has too many members for one answer
   */
  async describe<D extends boolean>(
    manager: EntityManager,
    id: string,
    withMembers: D,
  ): Promise<(D extends true ? TenantMembers : TenantCounts) | undefined> {
    if (withMembers)
      await requireFittingItem(manager, `${MEMBER_BYTES} AS bytes FROM tenants t WHERE t.id = $1`, id);
    const [row] = await manager.query<(D extends true ? TenantMembers : TenantCounts)[]>(
      `SELECT ${withMembers ? MEMBERS : COUNTS} FROM tenants t WHERE t.id = $1 AND t.deleted_at IS NULL`,
      [id],
    );
    return row;
  }
}
