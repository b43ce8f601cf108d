import { ApiProperty, getSchemaPath, PartialType } from '@nestjs/swagger';
import { PageMetadata } from '../../../api/lists/list-envelope.js';

const TIME = { type: String, example: '2026-03-20T08:23:31.276Z', description: 'UTC, with milliseconds' };
const TEXTS = { type: 'array', items: { type: 'string' } } as const;
const COUNT = { type: 'integer', minimum: 0 } as const;

export class TenantRolesV3 {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The own role; null for a member by groups only',
  })
  'tenant-role': string | null;

  @ApiProperty({ type: [String], description: 'The own role and those by groups' })
  roles: string[];
}

export class UserTenantRolesV3 {
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  direct: Record<string, string>;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'object', additionalProperties: TEXTS },
    description: 'By tenant and role, the groups that give it',
  })
  groups: Record<string, Record<string, string[]>>;
}

export class UserV3 {
  @ApiProperty({ example: 'admin' })
  username: string;

  @ApiProperty({
    oneOf: [COUNT, { type: 'object', additionalProperties: { $ref: getSchemaPath(TenantRolesV3) } }],
    description: 'How many; with `_get_data` the roles by tenant',
  })
  tenants: number | Record<string, TenantRolesV3>;

  @ApiProperty({
    oneOf: [{ $ref: getSchemaPath(UserTenantRolesV3) }, { type: 'object', nullable: true, enum: [null] }],
    description: 'Null without `_get_data`',
  })
  tenant_roles: UserTenantRolesV3 | null;

  @ApiProperty({ oneOf: [COUNT, TEXTS], description: 'How many; with `_get_data` their names' })
  groups: number | string[];

  @ApiProperty({
    type: String,
    enum: ['sys_admin', 'default', 'admin', 'user'],
    description: 'Under /api/v3 as clients of that time know it: `admin` or `user`',
  })
  role: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: TEXTS,
    description: 'By system role, the groups with it',
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
    description: 'Whether logins are refused for the moment, from somewhere at least',
  })
  is_locked: boolean;

  @ApiProperty({ type: Boolean })
  show_getting_started: boolean;

  @ApiProperty({ type: String, nullable: true, enum: [null], description: 'Never shown' })
  password_hash: null;
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

/** With `_include`, only the fields that it names. */
class UserEntryV3 extends PartialType(UserV3) {}

export class UserListV3 {
  @ApiProperty({ type: [UserEntryV3] })
  items: UserEntryV3[];

  @ApiProperty({ type: PageMetadata })
  metadata: PageMetadata;
}
