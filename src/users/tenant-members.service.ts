import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newEvent } from '../audit/audit-event.js';
import { recordedAct, Refusal } from '../audit/recorded-act.js';
import { Conflict } from '../common/errors.js';
import type { Caller } from '../common/tenant-context.js';
import { tenantRefused } from '../common/tenant-refused.js';
import { TenantTransaction } from '../database/tenant-transaction.js';
import { describeTenant, type TenantCounts } from '../tenants/tenant-overview.js';
import { hold, notFound, unknown, type HeldRow } from './held-rows.js';
import { isPermitted, requireTenantRole } from './roles.js';

const KINDS = {
  user: { row: 'User', label: 'User', table: 'tenant_users', column: 'user_id' },
  user_group: { row: 'Group', label: 'User group', table: 'tenant_user_groups', column: 'group_id' },
} as const;

/** A user's or a group's membership of a tenant, by names. */
export interface Membership {
  readonly kind: keyof typeof KINDS;
  readonly tenantName: string;
  /** Of the user or the group. */
  readonly name: string;
}

/** Does its part where both rows are known, or says why not. */
type Change = (manager: EntityManager, tenant: HeldRow, member: HeldRow) => Promise<Refusal | undefined>;

/**
 * Who belongs to a tenant, and as what. Rights are those in the tenant that is changed, not in the one that the request
 * names. Every act is recorded in the system's log, in its own transaction.
 */
@Injectable()
export class TenantMembersService {
  constructor(@Inject(TenantTransaction) private readonly transaction: TenantTransaction) {}

  /**
   * @throws BadParameters when the role is none of a tenant's
   * @throws Conflict when it is a member already
   */
  add(membership: Membership, role: string, caller: Caller): Promise<TenantCounts> {
    const { table, column, label } = KINDS[membership.kind];
    const tenantRole = requireTenantRole(role);
    return this.change('add', membership, { role: tenantRole }, caller, async (manager, tenant, member) => {
      const added = await manager.query<unknown[]>(
        `INSERT INTO ${table} (tenant_id, ${column}, role) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING role`,
        [tenant.id, member.id, tenantRole],
      );
      if (added.length > 0) return undefined;
      const message = `${label} \`${member.name}\` is already a member of the tenant \`${tenant.name}\``;
      return new Refusal('conflict', new Conflict(message));
    });
  }

  /**
   * @throws BadParameters when the role is none of a tenant's
   * @throws NotFound when it is no member
   */
  update(membership: Membership, role: string, caller: Caller): Promise<TenantCounts> {
    const { table, column } = KINDS[membership.kind];
    const tenantRole = requireTenantRole(role);
    return this.change(
      'update',
      membership,
      { role: tenantRole },
      caller,
      async (manager, tenant, member) => {
        const [rows] = await manager.query<[unknown[], number]>(
          `UPDATE ${table} SET role = $3 WHERE tenant_id = $1 AND ${column} = $2 RETURNING role`,
          [tenant.id, member.id, tenantRole],
        );
        return rows.length > 0 ? undefined : noMember(membership, tenant, member);
      },
    );
  }

  /** @throws NotFound when it is no member */
  async remove(membership: Membership, caller: Caller): Promise<void> {
    const { table, column } = KINDS[membership.kind];
    await this.change('remove', membership, null, caller, async (manager, tenant, member) => {
      const [rows] = await manager.query<[unknown[], number]>(
        `DELETE FROM ${table} WHERE tenant_id = $1 AND ${column} = $2 RETURNING role`,
        [tenant.id, member.id],
      );
      return rows.length > 0 ? undefined : noMember(membership, tenant, member);
    });
  }

  /** @throws Forbidden for a tenant that does not exist and for one where the caller may not do this, alike */
  private change(
    verb: 'add' | 'update' | 'remove',
    { kind, tenantName, name }: Membership,
    detail: Readonly<Record<string, string>> | null,
    caller: Caller,
    change: Change,
  ): Promise<TenantCounts> {
    const event = newEvent(`tenant.${verb}_${kind}`, caller, { key: `${tenantName}/${name}`, detail });
    return recordedAct(this.transaction, event, async (manager) => {
      const permission = `tenant_${verb}_${kind}`;
      const forbidden = new Refusal('forbidden', tenantRefused(permission, tenantName));
      const tenant = await hold(manager, 'Tenant', tenantName);
      if (tenant === undefined || caller.actorId === null) return forbidden;
      if (!(await isPermitted(manager, caller.actorId, tenant.id, permission))) return forbidden;
      const member = await hold(manager, KINDS[kind].row, name);
      if (member === undefined) return unknown(KINDS[kind].row, name);
      const refusal = await change(manager, tenant, member);
      return refusal ?? (await describeTenant(manager, tenant.id, false)) ?? forbidden;
    });
  }
}

function noMember({ kind }: Membership, tenant: HeldRow, member: HeldRow): Refusal {
  return notFound(`${KINDS[kind].label} \`${member.name}\` is not a member of the tenant \`${tenant.name}\``);
}
