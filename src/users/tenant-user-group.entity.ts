import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { TenantRole } from './tenant-user.entity.js';

/** Maps a group's membership of a tenant. */
@Entity('tenant_user_groups')
export class TenantUserGroup {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'pk_tenant_user_groups' })
  tenantId: string;

  @PrimaryColumn('uuid', { name: 'group_id', primaryKeyConstraintName: 'pk_tenant_user_groups' })
  groupId: string;

  @Column('text')
  role: TenantRole;
}
