import { Inject, Injectable } from '@nestjs/common';
import { newEvent } from '../audit/audit-event.js';
import { AuditedTransaction } from '../audit/audited-transaction.js';
import { Refusal } from '../audit/refusal.js';
import { Forbidden } from '../common/errors.js';
import type { Caller } from '../common/tenant-context.js';
import { tenantRefused } from '../common/tenant-refused.js';
import type { Page } from '../database/page-request.js';
import {
  describeTenant,
  listTenants,
  type TenantCounts,
  type TenantMembers,
  type TenantListOptions,
} from '../tenants/tenant-overview.js';
import { isSystemAdministrator } from './permissions/roles.js';

/** What somebody gets to see of tenants. Every look is recorded in the system's log. */
@Injectable()
export class TenantDirectory {
  constructor(@Inject(AuditedTransaction) private readonly transaction: AuditedTransaction) {}

  /**
   * Every tenant for an administrator, the own ones for everybody else.
   * @throws Forbidden when somebody else asks for the members
   */
  list(
    wanted: Omit<TenantListOptions, 'memberId'>,
    withMembers: boolean,
    userId: string,
    caller: Caller,
  ): Promise<Page<TenantCounts | TenantMembers>> {
    return this.transaction.run(newEvent('tenant.list', caller), async (manager) => {
      const everything = await isSystemAdministrator(manager, userId);
      if (withMembers && !everything) return new Refusal('forbidden', onlyAdministrators());
      return listTenants(manager, { ...wanted, memberId: everything ? undefined : userId }, withMembers);
    });
  }

  /**
   * For who has the right to see this tenant.
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
        (await describeTenant(manager, id, withMembers)) ??
        new Refusal('forbidden', tenantRefused('tenant_get', name)),
    );
  }
}

function onlyAdministrators(): Forbidden {
  return new Forbidden('Not permitted: `_get_data` for a list of tenants needs the role sys_admin');
}
