import { Inject, Injectable } from '@nestjs/common';
import { newEvent } from '../audit/audit-event.js';
import { AuditedTransaction } from '../audit/audited-transaction.js';
import { Refusal } from '../audit/refusal.js';
import { Forbidden } from '../common/errors.js';
import type { Caller } from '../common/tenant-context.js';
import { tenantRefused } from '../common/tenant-refused.js';
import type { Page } from '../database/page-request.js';
import type { TenantCounts, TenantListOptions, TenantMembers } from '../tenants/tenant-overview.js';
import { TenantsRepository } from '../tenants/tenants.repository.js';
import { RolePermissionsRepository } from './permissions/role-permissions.repository.js';

/** Lists and reads tenants for those who may see them, and records each request in the system's log. */
@Injectable()
export class TenantDirectory {
  constructor(
    @Inject(AuditedTransaction) private readonly transaction: AuditedTransaction,
    @Inject(TenantsRepository) private readonly tenants: TenantsRepository,
    @Inject(RolePermissionsRepository) private readonly permissions: RolePermissionsRepository,
  ) {}

  /**
   * Returns a page of all tenants to an administrator, and of the user's own ones to everybody else.
   * @throws Forbidden when somebody else asks for the members
   */
  list(
    options: Omit<TenantListOptions, 'memberId'>,
    withMembers: boolean,
    userId: string,
    caller: Caller,
  ): Promise<Page<TenantCounts | TenantMembers>> {
    return this.transaction.run(newEvent('tenant.list', caller), async (manager) => {
      const isAdministrator = await this.permissions.isSystemAdministrator(manager, userId);
      if (withMembers && !isAdministrator) return new Refusal('forbidden', onlyAdministrators());
      const memberId = isAdministrator ? undefined : userId;
      return this.tenants.list(manager, { ...options, memberId }, withMembers);
    });
  }

  /** Returns a page of all tenants to an operator on the machine. */
  listForOperator(
    options: Omit<TenantListOptions, 'memberId'>,
    caller: Caller,
  ): Promise<Page<TenantCounts | TenantMembers>> {
    return this.transaction.run(newEvent('tenant.list', caller), (manager) =>
      this.tenants.list(manager, { ...options, memberId: undefined }, false),
    );
  }

  /**
   * Returns one tenant with its members to an operator on the machine.
   * @throws NotFound
   */
  readForOperator(name: string, caller: Caller): Promise<TenantMembers> {
    return this.transaction.run(newEvent('tenant.read', caller, { key: name }), async (manager) => {
      const tenant = await this.tenants.findByName(manager, name);
      const described = tenant && (await this.tenants.describe(manager, tenant.id, true));
      return described ?? Refusal.missing('Tenant', name);
    });
  }

  /**
   * Returns one tenant. The caller's right to see it has been checked.
   * @throws Forbidden where it was deleted in the meantime
   */
  read(
    { id, name }: { id: string; name: string },
    withMembers: boolean,
    caller: Caller,
  ): Promise<TenantCounts | TenantMembers> {
    return this.transaction.run(
      newEvent('tenant.read', caller, { key: name }),
      async (manager) =>
        (await this.tenants.describe(manager, id, withMembers)) ??
        new Refusal('forbidden', tenantRefused('tenant_get', name)),
    );
  }
}

function onlyAdministrators(): Forbidden {
  return new Forbidden(
    'Not permitted: `_get_data` for a list of tenants needs the role sys_admin; leave it out, or ask about one tenant',
  );
}
