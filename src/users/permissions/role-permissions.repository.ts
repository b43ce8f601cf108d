import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { listRows } from '../../database/list-rows.js';
import type { Page } from '../../database/page-request.js';
import { PERMISSION_COLUMNS, type PermissionListOptions, type RolePermission } from './role-permission.js';

/** Takes the user as $1 and the tenant as $2, or NULL for the system roles only. */
const ROLES_OF_USER = `
  SELECT u.system_role AS role FROM users u WHERE u.id = $1
  UNION SELECT g.system_role FROM user_group_members m JOIN user_groups g ON g.id = m.group_id WHERE m.user_id = $1
  UNION SELECT role FROM tenant_users WHERE user_id = $1 AND tenant_id = $2
  UNION SELECT t.role FROM user_group_members m JOIN tenant_user_groups t ON t.group_id = m.group_id
        WHERE m.user_id = $1 AND t.tenant_id = $2`;

/** Takes the role as $1, or NULL for every role. */
const LISTED = {
  select: 'p.role, p.permission',
  from: 'FROM role_permissions p WHERE ($1::text IS NULL OR p.role = $1 COLLATE "C")',
  columns: PERMISSION_COLUMNS,
  searched: 'p.permission',
  order: 'p.role, p.permission',
};

/** Reads and writes `role_permissions`, and resolves what they permit to a user. */
@Injectable()
export class RolePermissionsRepository {
  /** Returns everything, in the order of the names. */
  findAll(manager: EntityManager): Promise<RolePermission[]> {
    return manager.query<RolePermission[]>(
      'SELECT role, permission FROM role_permissions ORDER BY role, permission',
    );
  }

  /** Returns a page, of one role where one is given, in the order of the names unless `options` sort otherwise. */
  list(
    manager: EntityManager,
    options: PermissionListOptions,
    role: string | undefined,
  ): Promise<Page<RolePermission>> {
    return listRows(manager, { ...LISTED, values: [role ?? null] }, options);
  }

  async exists(manager: EntityManager, { role, permission }: RolePermission): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      'SELECT FROM role_permissions WHERE role = $1 AND permission = $2',
      [role, permission],
    );
    return rows.length > 0;
  }

  /** @returns false where the role has the permission already */
  async insert(manager: EntityManager, { role, permission }: RolePermission): Promise<boolean> {
    const inserted = await manager.query<unknown[]>(
      'INSERT INTO role_permissions (role, permission) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING role',
      [role, permission],
    );
    return inserted.length > 0;
  }

  /** @returns false where the role does not have the permission */
  async delete(manager: EntityManager, { role, permission }: RolePermission): Promise<boolean> {
    const [, deleted] = await manager.query<[unknown[], number]>(
      'DELETE FROM role_permissions WHERE role = $1 AND permission = $2',
      [role, permission],
    );
    return deleted > 0;
  }

  /** Tells whether a user has a permission in a tenant, by any role, direct or through groups. */
  async isPermitted(
    manager: EntityManager,
    userId: string,
    tenantId: string,
    permission: string,
  ): Promise<boolean> {
    const [row] = await manager.query<[{ yes: boolean }]>(
      `SELECT EXISTS (SELECT FROM role_permissions WHERE permission = $3 AND role IN (${ROLES_OF_USER})) AS yes`,
      [userId, tenantId, permission],
    );
    return row.yes;
  }

  /** Tells whether a user administers the installation, directly or through a group. */
  async isSystemAdministrator(manager: EntityManager, userId: string): Promise<boolean> {
    const [row] = await manager.query<[{ yes: boolean }]>(
      `SELECT EXISTS (SELECT FROM (${ROLES_OF_USER}) roles WHERE role = 'sys_admin') AS yes`,
      [userId, null],
    );
    return row.yes;
  }
}
