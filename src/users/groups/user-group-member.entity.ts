import { Entity, PrimaryColumn } from 'typeorm';

@Entity('user_group_members')
export class UserGroupMember {
  @PrimaryColumn('uuid', { name: 'group_id', primaryKeyConstraintName: 'pk_user_group_members' })
  groupId: string;

  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'pk_user_group_members' })
  userId: string;
}
