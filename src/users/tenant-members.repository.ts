import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { TenantUser, type TenantRole } from './tenant-user.entity.js';

const TABLES = {
  user: { table: 'tenant_users', column: 'user_id' },
  user_group: { table: 'tenant_user_groups', column: 'group_id' },
} as const;

export type MemberKind = keyof typeof TABLES;

/** Identifies a membership by the ids of its rows. */
export interface MembershipKey {
  readonly kind: MemberKind;
  readonly tenantId: string;
  /** Holds the id of the user or the group. */
  readonly memberId: string;
}

/** Reads and writes `tenant_users` and `tenant_user_groups`: who belongs to a tenant, and in which role. */
@Injectable()
export class TenantMembersRepository {
  /** @returns false where it is a member already */
  async insert(
    manager: EntityManager,
    { kind, tenantId, memberId }: MembershipKey,
    role: TenantRole,
  ): Promise<boolean> {
    const { table, column } = TABLES[kind];
    const inserted = await manager.query<unknown[]>(
      `INSERT INTO ${table} (tenant_id, ${column}, role) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING role`,
      [tenantId, memberId, role],
    );
    return inserted.length > 0;
  }

  /** @returns false where it is no member */
  async updateRole(
    manager: EntityManager,
    { kind, tenantId, memberId }: MembershipKey,
    role: TenantRole,
  ): Promise<boolean> {
    const { table, column } = TABLES[kind];
    const [, updated] = await manager.query<[unknown[], number]>(
      `UPDATE ${table} SET role = $3 WHERE tenant_id = $1 AND ${column} = $2`,
      [tenantId, memberId, role],
    );
    return updated > 0;
  }

  /** @returns false where it is no member */
  async delete(manager: EntityManager, { kind, tenantId, memberId }: MembershipKey): Promise<boolean> {
    const { table, column } = TABLES[kind];
    const [, deleted] = await manager.query<[unknown[], number]>(
      `DELETE FROM ${table} WHERE tenant_id = $1 AND ${column} = $2`,
      [tenantId, memberId],
    );
    return deleted > 0;
  }

  /** Ends all memberships that a user has directly. */
  async deleteAllOf(manager: EntityManager, userId: string): Promise<void> {
    await manager.delete(TenantUser, { userId });
  }
}
