import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { newEvent } from '../audit/audit-event.js';
import { recordedAct, Refusal } from '../audit/recorded-act.js';
import { Conflict, NotFound } from '../common/errors.js';
import { printable } from '../common/printable.js';
import type { Caller } from '../common/tenant-context.js';
import { TenantTransaction } from '../database/tenant-transaction.js';
import { GIVES_PERMISSIONS, KNOWN_PERMISSIONS, KNOWN_ROLES } from './known-permissions.js';

export interface RolePermission {
  readonly role: string;
  readonly permission: string;
}

/** Which roles hold which permissions. A change counts from the next request on. */
@Injectable()
export class RolePermissions {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(TenantTransaction) private readonly transaction: TenantTransaction,
  ) {}

  /** @throws NotFound where the role is none */
  async list(role?: string): Promise<RolePermission[]> {
    if (role !== undefined && !Object.hasOwn(KNOWN_ROLES, role)) throw unknownRole(role);
    return this.dataSource.query<RolePermission[]>(
      `SELECT role, permission FROM role_permissions WHERE role = $1 COLLATE "C" OR $1 IS NULL ORDER BY 1, 2`,
      [role ?? null],
    );
  }

  /** @throws NotFound where one of the two is unknown, or the role does not hold the permission */
  async find(one: RolePermission): Promise<RolePermission> {
    const unknown = unknownPart(one);
    if (unknown !== undefined) throw unknown;
    const held = await this.list(one.role);
    const found = held.find(({ permission }) => permission === one.permission);
    if (found === undefined) throw notHeld(one);
    return found;
  }

  async add(one: RolePermission, caller: Caller): Promise<void> {
    await recordedAct<undefined>(
      this.transaction,
      eventOf('permission.add', one, caller),
      async (manager) => {
        const unknown = unknownPart(one);
        if (unknown !== undefined) return new Refusal('not_found', unknown);
        const added = await manager.query<unknown[]>(
          'INSERT INTO role_permissions (role, permission) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING role',
          [one.role, one.permission],
        );
        if (added.length > 0) return undefined;
        return conflict(`The role \`${one.role}\` already has the permission \`${one.permission}\``);
      },
    );
  }

  async remove(one: RolePermission, caller: Caller): Promise<void> {
    await recordedAct<undefined>(
      this.transaction,
      eventOf('permission.remove', one, caller),
      async (manager) => {
        const unknown = unknownPart(one);
        if (unknown !== undefined) return new Refusal('not_found', unknown);
        if (one.role === 'sys_admin' && one.permission === GIVES_PERMISSIONS) {
          return conflict(`Cannot take \`${one.permission}\` from sys_admin: nobody could give it back`);
        }
        const [, removed] = await manager.query<[unknown[], number]>(
          'DELETE FROM role_permissions WHERE role = $1 AND permission = $2',
          [one.role, one.permission],
        );
        return removed > 0 ? undefined : new Refusal('not_found', notHeld(one));
      },
    );
  }
}

function eventOf(action: string, { role, permission }: RolePermission, caller: Caller) {
  return newEvent(action, caller, { key: `${printable(role)}/${printable(permission)}` });
}

function unknownPart({ role, permission }: RolePermission): NotFound | undefined {
  if (!Object.hasOwn(KNOWN_ROLES, role)) return unknownRole(role);
  if (KNOWN_PERMISSIONS.has(permission)) return undefined;
  return new NotFound(`Requested \`Permission\` with ID \`${printable(permission)}\` was not found`);
}

function unknownRole(role: string): NotFound {
  return new NotFound(`Requested \`Role\` with ID \`${printable(role)}\` was not found`);
}

function notHeld({ role, permission }: RolePermission): NotFound {
  return new NotFound(`The role \`${role}\` does not have the permission \`${permission}\``);
}

function conflict(message: string): Refusal {
  return new Refusal('conflict', new Conflict(message));
}
