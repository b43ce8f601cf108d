import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { NAME, WITHOUT_CONTROLS } from '../../../api/openapi/schemas.js';
import { SYSTEM_ROLES } from '../../../users/permissions/roles.js';

const LONGEST_DN = 1_024;
const ROLE = { type: String, enum: SYSTEM_ROLES };

/** Describes the name of a user or group that exists, whose case is ignored. */
const EXISTING = { type: String, description: 'Case is ignored' };

export class NewUserGroupBody {
  @ApiProperty({ ...NAME, not: { enum: ['users'] }, description: '`users` is reserved' })
  @IsString({ message: '`group_name` must be a string' })
  group_name: string;

  @ApiProperty({
    ...WITHOUT_CONTROLS,
    ...{ nullable: true, required: false, minLength: 1, maxLength: LONGEST_DN },
    description: 'Kept for clients: no directory is asked',
  })
  @IsOptional()
  @Matches(/^[^\p{Cc}]+$/u, {
    message: '`ldap_group_dn` must hold one character or more, and no control characters',
  })
  @MaxLength(LONGEST_DN, { message: `\`ldap_group_dn\` can be at most ${LONGEST_DN} characters long` })
  @IsString({ message: '`ldap_group_dn` must be a string or null' })
  ldap_group_dn?: string | null;

  @ApiProperty({ ...ROLE, nullable: true, required: false, description: '`default` if it is left out' })
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
  @ApiProperty(EXISTING)
  @IsString({ message: '`group_name` must be a string' })
  group_name: string;

  @ApiProperty(EXISTING)
  @IsString({ message: '`username` must be a string' })
  username: string;
}
