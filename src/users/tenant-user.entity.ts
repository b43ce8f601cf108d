import { Column, Entity, PrimaryColumn } from 'typeorm';

export const TENANT_ROLES = ['manager', 'user', 'operations', 'viewer', 'auditor'] as const;
export type TenantRole = (typeof TENANT_ROLES)[number];

/** Maps a user's membership of a tenant. */
@Entity('tenant_users')
export class TenantUser {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'pk_tenant_users' })
  tenantId: string;

  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'pk_tenant_users' })
  userId: string;

  @Column('text')
  role: TenantRole;
}
