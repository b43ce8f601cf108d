import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { newEvent } from '../../audit/audit-event.js';
import { AuditedTransaction } from '../../audit/audited-transaction.js';
import { Refusal } from '../../audit/refusal.js';
import { NotFound } from '../../common/errors.js';
import { printable } from '../../common/printable.js';
import { resourceNotFound } from '../../common/resource-not-found.js';
import type { Caller } from '../../common/tenant-context.js';
import { listRows } from '../../database/list-rows.js';
import type { Page, PageRequest } from '../../database/page-request.js';
import { GIVES_PERMISSIONS, KNOWN_PERMISSIONS, KNOWN_ROLES } from './known-permissions.js';

export interface RolePermission {
  readonly role: string;
  readonly permission: string;
}

export const PERMISSION_COLUMNS = {
  role: { sql: 'p.role' },
  permission: { sql: 'p.permission' },
} as const;
type PermissionField = keyof typeof PERMISSION_COLUMNS;

export type PermissionListOptions = PageRequest<PermissionField>;

const LISTED = {
  select: 'p.role, p.permission',
  from: 'FROM role_permissions p WHERE ($1::text IS NULL OR p.role = $1 COLLATE "C")',
  columns: PERMISSION_COLUMNS,
  searched: 'p.permission',
  order: 'p.role, p.permission',
};

/** Which roles hold which permissions. A change counts from the next request on. */
@Injectable()
export class RolePermissions {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(AuditedTransaction) private readonly transaction: AuditedTransaction,
  ) {}

  /** Everything there is, for who asks on behalf of nobody. */
  all(): Promise<RolePermission[]> {
    return this.dataSource.query<RolePermission[]>(
      'SELECT role, permission FROM role_permissions ORDER BY role, permission',
    );
  }

  /**
   * A page of them, of every role or of one, in the order of the names where nothing else is said.
   * @throws NotFound where the role is none
   */
  list(
    wanted: PermissionListOptions,
    role: string | undefined,
    caller: Caller,
  ): Promise<Page<RolePermission>> {
    const event = newEvent('permission.list', caller, { key: role === undefined ? null : printable(role) });
    return this.transaction.run(event, async (manager) => {
      if (role !== undefined && !Object.hasOwn(KNOWN_ROLES, role)) return Refusal.missing('Role', role);
      return listRows<RolePermission, PermissionField>(
        manager,
        { ...LISTED, values: [role ?? null] },
        wanted,
      );
    });
  }

  /** @throws NotFound where one of the two is unknown, or the role does not hold the permission */
  read(one: RolePermission, caller: Caller): Promise<RolePermission> {
    return this.transaction.run(eventOf('permission.read', one, caller), async (manager) => {
      const unknown = unknownPart(one);
      if (unknown !== undefined) return new Refusal('not_found', unknown);
      const [held] = await manager.query<RolePermission[]>(
        'SELECT role, permission FROM role_permissions WHERE role = $1 AND permission = $2',
        [one.role, one.permission],
      );
      return held ?? new Refusal('not_found', notHeld(one));
    });
  }

  async add(one: RolePermission, caller: Caller): Promise<void> {
    await this.transaction.run<undefined>(eventOf('permission.add', one, caller), async (manager) => {
      const unknown = unknownPart(one);
      if (unknown !== undefined) return new Refusal('not_found', unknown);
      const added = await manager.query<unknown[]>(
        'INSERT INTO role_permissions (role, permission) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING role',
        [one.role, one.permission],
      );
      if (added.length > 0) return undefined;
      return Refusal.conflict(`The role \`${one.role}\` already has the permission \`${one.permission}\``);
    });
  }

  async remove(one: RolePermission, caller: Caller): Promise<void> {
    await this.transaction.run<undefined>(eventOf('permission.remove', one, caller), async (manager) => {
      const unknown = unknownPart(one);
      if (unknown !== undefined) return new Refusal('not_found', unknown);
      if (one.role === 'sys_admin' && one.permission === GIVES_PERMISSIONS) {
        return Refusal.conflict(
          `Cannot take \`${one.permission}\` from sys_admin: nobody could give it back`,
        );
      }
      const [, removed] = await manager.query<[unknown[], number]>(
        'DELETE FROM role_permissions WHERE role = $1 AND permission = $2',
        [one.role, one.permission],
      );
      return removed > 0 ? undefined : new Refusal('not_found', notHeld(one));
    });
  }
}

function eventOf(action: string, { role, permission }: RolePermission, caller: Caller) {
  return newEvent(action, caller, { key: `${printable(role)}/${printable(permission)}` });
}

function unknownPart({ role, permission }: RolePermission): NotFound | undefined {
  if (!Object.hasOwn(KNOWN_ROLES, role)) return resourceNotFound('Role', role);
  if (KNOWN_PERMISSIONS.has(permission)) return undefined;
  return resourceNotFound('Permission', permission);
}

function notHeld({ role, permission }: RolePermission): NotFound {
  return new NotFound(`The role \`${role}\` does not have the permission \`${permission}\``);
}
