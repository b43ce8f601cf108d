import { ApiProperty, PartialType } from '@nestjs/swagger';
import { COUNT } from '../../../api/openapi/schemas.js';
import { PageMetadata } from '../../../api/lists/list-envelope.js';
import { SYSTEM_ROLES } from '../../../users/permissions/roles.js';
import { TENANT_ROLES } from '../../../users/tenant-user.entity.js';

export class UserGroupV3 {
  @ApiProperty({ example: 'developers' })
  name: string;

  @ApiProperty({ type: String, nullable: true })
  ldap_dn: string | null;

  @ApiProperty({
    oneOf: [COUNT, { type: 'object', additionalProperties: { type: 'string', enum: [...TENANT_ROLES] } }],
    description: 'The number of tenants; with `_get_data`, the role in each',
  })
  tenants: number | Record<string, string>;

  @ApiProperty({
    oneOf: [COUNT, { type: 'array', items: { type: 'string' } }],
    description: 'The number of users; with `_get_data`, their names',
  })
  users: number | string[];

  @ApiProperty({ type: String, enum: SYSTEM_ROLES })
  role: string;
}

export const USER_GROUP_FIELDS = [
  'name',
  'ldap_dn',
  'tenants',
  'users',
  'role',
] as const satisfies readonly (keyof UserGroupV3)[];

/** Describes a list item, which has only the fields that `_include` names. */
class UserGroupEntryV3 extends PartialType(UserGroupV3) {}

export class UserGroupListV3 {
  @ApiProperty({ type: [UserGroupEntryV3] })
  items: UserGroupEntryV3[];

  @ApiProperty({ type: PageMetadata })
  metadata: PageMetadata;
}
