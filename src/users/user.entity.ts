import { Column, Entity, PrimaryColumn } from 'typeorm';

export type SystemRole = 'sys_admin' | 'default';

/** Maps a user. The name is unique, ignoring case, among the users who are not deleted. */
@Entity('users')
export class User {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_users' })
  id: string;

  @Column('text')
  username: string;

  /** Holds the Argon2id hash in the PHC string format. */
  @Column('text', { name: 'password_hash', select: false })
  passwordHash: string;

  @Column('text', { name: 'system_role', default: 'default' })
  systemRole: SystemRole;

  @Column('boolean', { default: true })
  active: boolean;

  /** Marks the first administrator of the installation, who can never be deleted. */
  @Column('boolean', { name: 'is_bootstrap', default: false })
  isBootstrap: boolean;

  /** Tells whether the console shows its introduction. */
  @Column('boolean', { name: 'show_getting_started', default: true })
  showGettingStarted: boolean;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'first_login_at', precision: 3, nullable: true })
  firstLoginAt: Date | null;

  @Column({ type: 'timestamptz', name: 'last_login_at', precision: 3, nullable: true })
  lastLoginAt: Date | null;

  @Column({ type: 'timestamptz', name: 'deleted_at', precision: 3, nullable: true })
  deletedAt: Date | null;
}
