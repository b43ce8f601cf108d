import { ApiProperty, getSchemaPath, PartialType } from '@nestjs/swagger';
import { PageMetadata } from '../../../api/lists/list-envelope.js';
import { COUNT, NOTHING, TIME } from '../../../api/openapi/schemas.js';
import { SYSTEM_ROLES } from '../../../users/permissions/roles.js';
import { TENANT_ROLES } from '../../../users/tenant-user.entity.js';

const TEXTS = { type: 'array', items: { type: 'string' } } as const;
const ROLE = { type: 'string', enum: [...TENANT_ROLES] };

export class TenantRolesV3 {
  @ApiProperty({
    type: String,
    ...{ nullable: true, enum: TENANT_ROLES },
    description: 'The role of the direct membership; null for a member through groups only',
  })
  'tenant-role': string | null;

  @ApiProperty({
    type: 'array',
    items: ROLE,
    description: 'All roles in the tenant, direct and through groups',
  })
  roles: string[];
}

export class UserTenantRolesV3 {
  @ApiProperty({ type: 'object', additionalProperties: ROLE })
  direct: Record<string, string>;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'object', additionalProperties: TEXTS },
    description: 'Maps each tenant and role to the groups that give it',
  })
  groups: Record<string, Record<string, string[]>>;
}

export class UserV3 {
  @ApiProperty({ example: 'admin' })
  username: string;

  @ApiProperty({
    oneOf: [COUNT, { type: 'object', additionalProperties: { $ref: getSchemaPath(TenantRolesV3) } }],
    description: 'The number of tenants; with `_get_data`, the roles in each',
  })
  tenants: number | Record<string, TenantRolesV3>;

  @ApiProperty({
    oneOf: [{ $ref: getSchemaPath(UserTenantRolesV3) }, NOTHING],
    description: 'Null without `_get_data`',
  })
  tenant_roles: UserTenantRolesV3 | null;

  @ApiProperty({ oneOf: [COUNT, TEXTS], description: 'The number of groups; with `_get_data`, their names' })
  groups: number | string[];

  @ApiProperty({
    type: String,
    enum: ['admin', 'user'],
  })
  role: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: TEXTS,
    description: 'Maps each system role to the groups that give it',
  })
  group_system_roles: Record<string, string[]>;

  @ApiProperty({ type: Boolean })
  active: boolean;

  @ApiProperty(TIME)
  created_at: string;

  @ApiProperty({ ...TIME, nullable: true })
  first_login_at: string | null;

  @ApiProperty({ ...TIME, nullable: true })
  last_login_at: string | null;

  @ApiProperty({
    type: Boolean,
    description: 'True while logins are refused from at least one address',
  })
  is_locked: boolean;

  @ApiProperty({ type: Boolean })
  show_getting_started: boolean;

  @ApiProperty({ ...NOTHING, description: 'Always null' })
  password_hash: null;
}

/** Describes a user under version 3.1. */
export class UserV31 extends UserV3 {
  @ApiProperty({ type: String, enum: SYSTEM_ROLES })
  declare role: string;
}

export const USER_FIELDS = [
  'username',
  'tenants',
  'tenant_roles',
  'groups',
  'role',
  'group_system_roles',
  'active',
  'created_at',
  'first_login_at',
  'last_login_at',
  'is_locked',
  'show_getting_started',
  'password_hash',
] as const satisfies readonly (keyof UserV3)[];

/** Describes a list item, which has only the fields that `_include` names. */
class UserEntryV3 extends PartialType(UserV3) {}

class UserEntryV31 extends PartialType(UserV31) {}

export class UserListV31 {
  @ApiProperty({ type: [UserEntryV31] })
  items: UserEntryV31[];

  @ApiProperty({ type: PageMetadata })
  metadata: PageMetadata;
}

export class UserListV3 {
  @ApiProperty({ type: [UserEntryV3] })
  items: UserEntryV3[];

  @ApiProperty({ type: PageMetadata })
  metadata: PageMetadata;
}
