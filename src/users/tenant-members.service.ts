import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newEvent, type AuditEvent } from '../audit/audit-event.js';
import { AuditedTransaction } from '../audit/audited-transaction.js';
import { Refusal } from '../audit/refusal.js';
import type { Caller } from '../common/tenant-context.js';
import { tenantRefused } from '../common/tenant-refused.js';
import type { LockedRow } from '../database/locked-row.js';
import type { TenantCounts } from '../tenants/tenant-overview.js';
import { TenantsRepository } from '../tenants/tenants.repository.js';
import { UserGroupsRepository } from './groups/user-groups.repository.js';
import { RolePermissionsRepository } from './permissions/role-permissions.repository.js';
import { requireTenantRole } from './permissions/roles.js';
import { TenantMembersRepository, type MemberKind } from './tenant-members.repository.js';
import type { TenantRole } from './tenant-user.entity.js';
import { UsersRepository } from './users.repository.js';

/** Names the kinds of member in errors of the form `Requested … with ID …`. */
const RESOURCES = { user: 'User', user_group: 'Group' } as const;
const LABELS = { user: 'User', user_group: 'User group' } as const;

type Action = 'add' | 'update' | 'remove';

/** Identifies a user's or a group's membership of a tenant by names. */
export interface Membership {
  readonly kind: MemberKind;
  readonly tenantName: string;
  /** Names the user or the group. */
  readonly name: string;
}

/** Holds the locked rows of a membership. */
interface LockedMembership {
  readonly tenant: LockedRow;
  readonly member: LockedRow;
}

/** Changes a membership, or returns why not. */
type Change = (manager: EntityManager, rows: LockedMembership) => Promise<Refusal | undefined>;

/** Decides who may change a tenant's members. */
interface Admission {
  /** Answers a caller who may not, and a tenant that does not exist. */
  readonly refusal: Refusal;
  readonly admits: (manager: EntityManager, tenantId: string) => Promise<boolean>;
}

/**
 * Changes who belongs to a tenant and in which role, and records it in the system's log. The caller's rights are those
 * in the tenant that is changed, not in the one that the request names.
 */
@Injectable()
export class TenantMembersService {
  constructor(
    @Inject(AuditedTransaction) private readonly transaction: AuditedTransaction,
    @Inject(TenantsRepository) private readonly tenants: TenantsRepository,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(UserGroupsRepository) private readonly groups: UserGroupsRepository,
    @Inject(TenantMembersRepository) private readonly members: TenantMembersRepository,
    @Inject(RolePermissionsRepository) private readonly permissions: RolePermissionsRepository,
  ) {}

  /**
   * @throws BadParameters when the role is not one of a tenant
   * @throws Conflict when it is a member already
   */
  async add(membership: Membership, role: string, caller: Caller): Promise<TenantCounts> {
    const tenantRole = requireTenantRole(role);
    const event = eventOf('add', membership, caller, tenantRole);
    const admission = this.byPermission('add', membership, caller);
    return this.change(event, membership, admission, this.insertion(membership, tenantRole));
  }

  /**
   * Adds a member for an operator on the machine, who may do everything.
   * @throws BadParameters when the role is not one of a tenant
   * @throws NotFound when there is no such tenant
   * @throws Conflict when it is a member already
   */
  async addByOperator(membership: Membership, role: string, caller: Caller): Promise<TenantCounts> {
    const tenantRole = requireTenantRole(role);
    const event = eventOf('add', membership, caller, tenantRole);
    return this.change(event, membership, ofOperator(membership), this.insertion(membership, tenantRole));
  }

  /**
   * @throws BadParameters when the role is not one of a tenant
   * @throws NotFound when it is no member
   */
  async update(membership: Membership, role: string, caller: Caller): Promise<TenantCounts> {
    const tenantRole = requireTenantRole(role);
    const event = eventOf('update', membership, caller, tenantRole);
    const admission = this.byPermission('update', membership, caller);
    return this.change(event, membership, admission, this.changeOfRole(membership, tenantRole));
  }

  /**
   * Changes a member's role for an operator on the machine.
   * @throws BadParameters when the role is not one of a tenant
   * @throws NotFound when there is no such tenant, or it is no member
   */
  async updateByOperator(membership: Membership, role: string, caller: Caller): Promise<TenantCounts> {
    const tenantRole = requireTenantRole(role);
    const event = eventOf('update', membership, caller, tenantRole);
    const change = this.changeOfRole(membership, tenantRole);
    return this.change(event, membership, ofOperator(membership), change);
  }

  /**
   * @returns the tenant without the member
   * @throws NotFound when it is no member
   */
  remove(membership: Membership, caller: Caller): Promise<TenantCounts> {
    const event = eventOf('remove', membership, caller);
    const admission = this.byPermission('remove', membership, caller);
    return this.change(event, membership, admission, this.removal(membership));
  }

  /**
   * Removes a member for an operator on the machine.
   * @returns the tenant without the member
   * @throws NotFound when there is no such tenant, or it is no member
   */
  removeByOperator(membership: Membership, caller: Caller): Promise<TenantCounts> {
    const event = eventOf('remove', membership, caller);
    return this.change(event, membership, ofOperator(membership), this.removal(membership));
  }

  /** @throws Forbidden, the same error for a tenant that does not exist and for one where the caller may not do this */
  private change(
    event: AuditEvent,
    { kind, tenantName, name }: Membership,
    { refusal: refusedAdmission, admits }: Admission,
    change: Change,
  ): Promise<TenantCounts> {
    return this.transaction.run(event, async (manager) => {
      const tenant = await this.tenants.lockByName(manager, tenantName);
      if (tenant === undefined || !(await admits(manager, tenant.id))) return refusedAdmission;
      const member = await (kind === 'user' ? this.users : this.groups).lockByName(manager, name);
      if (member === undefined) return Refusal.missing(RESOURCES[kind], name);
      const refusal = await change(manager, { tenant, member });
      return refusal ?? (await this.tenants.describe(manager, tenant.id, false)) ?? refusedAdmission;
    });
  }

  private byPermission(action: Action, { kind, tenantName }: Membership, { actorId }: Caller): Admission {
    const permission = `tenant_${action}_${kind}`;
    return {
      refusal: new Refusal('forbidden', tenantRefused(permission, tenantName)),
      admits: async (manager, tenantId) =>
        actorId !== null && (await this.permissions.isPermitted(manager, actorId, tenantId, permission)),
    };
  }

  private insertion({ kind }: Membership, role: TenantRole): Change {
    return async (manager, { tenant, member }) => {
      const key = { kind, tenantId: tenant.id, memberId: member.id };
      if (await this.members.insert(manager, key, role)) return undefined;
      return Refusal.conflict(
        `${LABELS[kind]} \`${member.name}\` is already a member of the tenant \`${tenant.name}\``,
      );
    };
  }

  private changeOfRole({ kind }: Membership, role: TenantRole): Change {
    return async (manager, { tenant, member }) => {
      const key = { kind, tenantId: tenant.id, memberId: member.id };
      const updated = await this.members.updateRole(manager, key, role);
      return updated ? undefined : noMember(kind, tenant, member);
    };
  }

  private removal({ kind }: Membership): Change {
    return async (manager, { tenant, member }) => {
      const deleted = await this.members.delete(manager, { kind, tenantId: tenant.id, memberId: member.id });
      return deleted ? undefined : noMember(kind, tenant, member);
    };
  }
}

/** Admits an operator on the machine, who may do everything. */
function ofOperator({ tenantName }: Membership): Admission {
  return { refusal: Refusal.missing('Tenant', tenantName), admits: () => Promise.resolve(true) };
}

function eventOf(
  action: Action,
  { kind, tenantName, name }: Membership,
  caller: Caller,
  role?: TenantRole,
): AuditEvent {
  const detail = role === undefined ? null : { role };
  return newEvent(`tenant.${action}_${kind}`, caller, { key: `${tenantName}/${name}`, detail });
}

function noMember(kind: MemberKind, tenant: LockedRow, member: LockedRow): Refusal {
  return Refusal.notFound(
    `${LABELS[kind]} \`${member.name}\` is not a member of the tenant \`${tenant.name}\``,
  );
}
