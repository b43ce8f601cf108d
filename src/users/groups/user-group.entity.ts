import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { SystemRole } from '../user.entity.js';

@Entity('user_groups')
export class UserGroup {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_user_groups' })
  id: string;

  @Column('text')
  name: string;

  @Column('text', { name: 'system_role', default: 'default' })
  systemRole: SystemRole;

  /** Names the group of a directory service that this one stands for. */
  @Column('text', { name: 'ldap_dn', nullable: true })
  ldapDn: string | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt: Date;
}
