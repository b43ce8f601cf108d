import { Inject, Injectable } from '@nestjs/common';
import type { AuditAction } from '../../audit/actions.js';
import { newEvent } from '../../audit/audit-event.js';
import { AuditedTransaction } from '../../audit/audited-transaction.js';
import { Refusal } from '../../audit/refusal.js';
import type { Caller } from '../../common/tenant-context.js';
import { Lanes } from '../../database/lanes.js';
import type { Page } from '../../database/page-request.js';
import { GIVES_PERMISSIONS, KNOWN_PERMISSIONS, KNOWN_ROLES } from './known-permissions.js';
import type { PermissionListOptions, RolePermission } from './role-permission.js';
import { RolePermissionsRepository } from './role-permissions.repository.js';

/**
 * Reads and changes which roles have which permissions, and records it in the system's log. A change takes effect with
 * the next request.
 */
@Injectable()
export class RolePermissions {
  constructor(
    @Inject(Lanes) private readonly lanes: Lanes,
    @Inject(AuditedTransaction) private readonly transaction: AuditedTransaction,
    @Inject(RolePermissionsRepository) private readonly permissions: RolePermissionsRepository,
  ) {}

  /** Returns everything, without a record. */
  all(): Promise<RolePermission[]> {
    return this.lanes.withManager('lists', undefined, (manager) => this.permissions.findAll(manager));
  }

  /**
   * Returns a page, of one role if one is given, in the order of the names unless `options` sort otherwise.
   * @throws NotFound for an unknown role
   */
  list(
    options: PermissionListOptions,
    role: string | undefined,
    caller: Caller,
  ): Promise<Page<RolePermission>> {
    const event = newEvent('permission.list', caller, { key: role ?? null });
    return this.transaction.run(event, async (manager) => {
      if (role !== undefined && !isRole(role)) return Refusal.missing('Role', role);
      return this.permissions.list(manager, options, role);
    });
  }

  /** @throws NotFound for an unknown role or permission, and where the role does not have the permission */
  read(input: RolePermission, caller: Caller): Promise<RolePermission> {
    return this.transaction.run(eventOf('permission.read', input, caller), async (manager) => {
      const refusal = refuseUnknown(input);
      if (refusal !== undefined) return refusal;
      return (await this.permissions.exists(manager, input)) ? input : refuseMissing(input);
    });
  }

  /**
   * @throws NotFound for an unknown role or permission
   * @throws Conflict if the role has the permission already
   */
  async add(input: RolePermission, caller: Caller): Promise<void> {
    await this.transaction.run<undefined>(eventOf('permission.add', input, caller), async (manager) => {
      const refusal = refuseUnknown(input);
      if (refusal !== undefined) return refusal;
      if (await this.permissions.insert(manager, input)) return undefined;
      return Refusal.conflict(
        `The role \`${input.role}\` already has the permission \`${input.permission}\``,
      );
    });
  }

  /**
   * @throws NotFound for an unknown role or permission, and where the role does not have the permission
   * @throws Conflict for the permission without which sys_admin could not give permissions
   */
  async remove(input: RolePermission, caller: Caller): Promise<void> {
    await this.transaction.run<undefined>(eventOf('permission.remove', input, caller), async (manager) => {
      const refusal = refuseUnknown(input);
      if (refusal !== undefined) return refusal;
      if (input.role === 'sys_admin' && input.permission === GIVES_PERMISSIONS)
        return Refusal.conflict(
          `Cannot take \`${input.permission}\` from sys_admin: nobody could give it back`,
        );
      return (await this.permissions.delete(manager, input)) ? undefined : refuseMissing(input);
    });
  }
}

function eventOf(action: AuditAction, { role, permission }: RolePermission, caller: Caller) {
  return newEvent(action, caller, { key: `${role}/${permission}` });
}

function isRole(role: string): boolean {
  return Object.hasOwn(KNOWN_ROLES, role);
}

function refuseUnknown({ role, permission }: RolePermission): Refusal | undefined {
  if (!isRole(role)) return Refusal.missing('Role', role);
  return KNOWN_PERMISSIONS.has(permission) ? undefined : Refusal.missing('Permission', permission);
}

function refuseMissing({ role, permission }: RolePermission): Refusal {
  return Refusal.notFound(`The role \`${role}\` does not have the permission \`${permission}\``);
}
