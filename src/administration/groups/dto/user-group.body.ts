import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString, Matches, MaxLength } from 'class-validator';

const LONGEST_DN = 1_024;
const ROLE = { enum: ['sys_admin', 'default'], type: String };

export class NewUserGroupBody {
  @ApiProperty({ type: String })
  @IsString({ message: '`group_name` must be a string' })
  group_name: string;

  @ApiProperty({ type: String, nullable: true, required: false, maxLength: LONGEST_DN })
  @IsOptional()
  @Matches(/^[^\p{Cc}]+$/u, {
    message: '`ldap_group_dn` must hold one character or more, and no control characters',
  })
  @MaxLength(LONGEST_DN, { message: `\`ldap_group_dn\` can be at most ${LONGEST_DN} characters long` })
  @IsString({ message: '`ldap_group_dn` must be a string or null' })
  ldap_group_dn?: string | null;

  @ApiProperty({ ...ROLE, required: false, default: 'default' })
  @IsOptional()
  @IsString({ message: '`role` must be a string' })
  role?: string | null;
}

export class UserGroupRoleBody {
  @ApiProperty(ROLE)
  @IsString({ message: '`role` must be a string' })
  role: string;
}

/** Names a user and a group. */
export class GroupUserBody {
  @ApiProperty({ type: String })
  @IsString({ message: '`group_name` must be a string' })
  group_name: string;

  @ApiProperty({ type: String })
  @IsString({ message: '`username` must be a string' })
  username: string;
}
