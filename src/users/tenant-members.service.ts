import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newEvent, type AuditEvent } from '../audit/audit-event.js';
import { AuditedTransaction } from '../audit/audited-transaction.js';
import { Refusal } from '../audit/refusal.js';
import type { Caller } from '../common/tenant-context.js';
import { tenantRefused } from '../common/tenant-refused.js';
import { describeTenant, type TenantCounts } from '../tenants/tenant-overview.js';
import { hold, type LockedRow } from './held-rows.js';
import { isPermitted, requireTenantRole } from './permissions/roles.js';
import type { TenantRole } from './tenant-user.entity.js';

const KINDS = {
  user: { row: 'User', label: 'User', table: 'tenant_users', column: 'user_id' },
  user_group: { row: 'Group', label: 'User group', table: 'tenant_user_groups', column: 'group_id' },
} as const;

type Verb = 'add' | 'update' | 'remove';

/** A user's or a group's membership of a tenant, by names. */
export interface Membership {
  readonly kind: keyof typeof KINDS;
  readonly tenantName: string;
  /** Of the user or the group. */
  readonly name: string;
}

/** Does its part where both rows are known, or says why not. */
type Change = (manager: EntityManager, tenant: LockedRow, member: LockedRow) => Promise<Refusal | undefined>;

/** Who may change a tenant's members, and what whoever may not is told. */
interface Admission {
  readonly barred: Refusal;
  readonly admits: (manager: EntityManager, tenantId: string) => Promise<boolean>;
}

/**
 * Who belongs to a tenant, and as what. Rights are those in the tenant that is changed, not in the one that the request
 * names. Every act is recorded in the system's log, in its own transaction.
 */
@Injectable()
export class TenantMembersService {
  constructor(@Inject(AuditedTransaction) private readonly transaction: AuditedTransaction) {}

  /**
   * @throws BadParameters when the role is none of a tenant's
   * @throws Conflict when it is a member already
   */
  async add(membership: Membership, role: string, caller: Caller): Promise<TenantCounts> {
    const tenantRole = requireTenantRole(role);
    const event = eventOf('add', membership, caller, tenantRole);
    return this.change(
      event,
      membership,
      byRight('add', membership, caller),
      inserting(membership, tenantRole),
    );
  }

  /**
   * The same for who works on the machine, and so may do everything.
   * @throws BadParameters when the role is none of a tenant's
   * @throws NotFound when there is no such tenant
   * @throws Conflict when it is a member already
   */
  async addByOperator(membership: Membership, role: string, caller: Caller): Promise<TenantCounts> {
    const tenantRole = requireTenantRole(role);
    const event = eventOf('add', membership, caller, tenantRole);
    const everybody = {
      barred: Refusal.missing('Tenant', membership.tenantName),
      admits: () => Promise.resolve(true),
    };
    return this.change(event, membership, everybody, inserting(membership, tenantRole));
  }

  /**
   * @throws BadParameters when the role is none of a tenant's
   * @throws NotFound when it is no member
   */
  async update(membership: Membership, role: string, caller: Caller): Promise<TenantCounts> {
    const { table, column } = KINDS[membership.kind];
    const tenantRole = requireTenantRole(role);
    const event = eventOf('update', membership, caller, tenantRole);
    const right = byRight('update', membership, caller);
    return this.change(event, membership, right, async (manager, tenant, member) => {
      const [rows] = await manager.query<[unknown[], number]>(
        `UPDATE ${table} SET role = $3 WHERE tenant_id = $1 AND ${column} = $2 RETURNING role`,
        [tenant.id, member.id, tenantRole],
      );
      return rows.length > 0 ? undefined : noMember(membership, tenant, member);
    });
  }

  /**
   * @returns the tenant without the member
   * @throws NotFound when it is no member
   */
  remove(membership: Membership, caller: Caller): Promise<TenantCounts> {
    const { table, column } = KINDS[membership.kind];
    const event = eventOf('remove', membership, caller);
    const right = byRight('remove', membership, caller);
    return this.change(event, membership, right, async (manager, tenant, member) => {
      const [rows] = await manager.query<[unknown[], number]>(
        `DELETE FROM ${table} WHERE tenant_id = $1 AND ${column} = $2 RETURNING role`,
        [tenant.id, member.id],
      );
      return rows.length > 0 ? undefined : noMember(membership, tenant, member);
    });
  }

  /** @throws Forbidden for a tenant that does not exist and for one where the caller may not do this, alike */
  private change(
    event: AuditEvent,
    { kind, tenantName, name }: Membership,
    { barred, admits }: Admission,
    change: Change,
  ): Promise<TenantCounts> {
    return this.transaction.run(event, async (manager) => {
      const tenant = await hold(manager, 'Tenant', tenantName);
      if (tenant === undefined || !(await admits(manager, tenant.id))) return barred;
      const member = await hold(manager, KINDS[kind].row, name);
      if (member === undefined) return Refusal.missing(KINDS[kind].row, name);
      const refusal = await change(manager, tenant, member);
      return refusal ?? (await describeTenant(manager, tenant.id, false)) ?? barred;
    });
  }
}

function eventOf(
  verb: Verb,
  { kind, tenantName, name }: Membership,
  caller: Caller,
  role?: TenantRole,
): AuditEvent {
  const detail = role === undefined ? null : { role };
  return newEvent(`tenant.${verb}_${kind}`, caller, { key: `${tenantName}/${name}`, detail });
}

function byRight(verb: Verb, { kind, tenantName }: Membership, { actorId }: Caller): Admission {
  const permission = `tenant_${verb}_${kind}`;
  return {
    barred: new Refusal('forbidden', tenantRefused(permission, tenantName)),
    admits: async (manager, tenantId) =>
      actorId !== null && (await isPermitted(manager, actorId, tenantId, permission)),
  };
}

function inserting({ kind }: Membership, role: TenantRole): Change {
  const { table, column, label } = KINDS[kind];
  return async (manager, tenant, member) => {
    const added = await manager.query<unknown[]>(
      `INSERT INTO ${table} (tenant_id, ${column}, role) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING role`,
      [tenant.id, member.id, role],
    );
    if (added.length > 0) return undefined;
    const message = `${label} \`${member.name}\` is already a member of the tenant \`${tenant.name}\``;
    return Refusal.conflict(message);
  };
}

function noMember({ kind }: Membership, tenant: LockedRow, member: LockedRow): Refusal {
  return Refusal.notFound(
    `${KINDS[kind].label} \`${member.name}\` is not a member of the tenant \`${tenant.name}\``,
  );
}
