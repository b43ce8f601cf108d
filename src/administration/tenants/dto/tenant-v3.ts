import { ApiProperty, PartialType } from '@nestjs/swagger';
import { PageMetadata } from '../../../api/lists/list-envelope.js';
import { COUNT, NOTHING } from '../../../api/openapi/schemas.js';
import { TENANT_ROLES } from '../../../users/tenant-user.entity.js';

const ROLE = { type: 'string', enum: [...TENANT_ROLES] };
const NO_RABBITMQ = { ...NOTHING, description: 'Always null: there is no RabbitMQ' };

const ROLES_OF_USER = {
  type: 'object',
  additionalProperties: false,
  required: ['tenant-role', 'roles'],
  properties: {
    'tenant-role': {
      type: ['string', 'null'],
      enum: [...TENANT_ROLES, null],
      description: 'The role of the direct membership',
    },
    roles: { type: 'array', items: ROLE },
  },
};

const USER_ROLES = {
  type: 'object',
  nullable: true,
  additionalProperties: false,
  required: ['direct', 'groups'],
  properties: {
    direct: { type: 'object', additionalProperties: ROLE },
    groups: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['role', 'users'],
        properties: { role: ROLE, users: { type: 'array', items: { type: 'string' } } },
      },
    },
  },
} as const;

/** Describes the roles of one user in a tenant. */
export interface RolesOfUser {
  'tenant-role': string | null;
  roles: string[];
}

export class TenantV3 {
  @ApiProperty({ example: 'default_tenant' })
  name: string;

  @ApiProperty({
    oneOf: [COUNT, { type: 'object', additionalProperties: ROLE }],
    description: 'The number of groups; with `_get_data`, the role of each',
  })
  groups: number | Record<string, string>;

  @ApiProperty({
    oneOf: [COUNT, { type: 'object', additionalProperties: ROLES_OF_USER }],
    description: 'The number of users, direct and through groups; with `_get_data`, the roles of each',
  })
  users: number | Record<string, RolesOfUser>;

  @ApiProperty({ ...USER_ROLES, description: 'The source of each role; null without `_get_data`' } as never)
  user_roles: {
    direct: Record<string, string>;
    groups: Record<string, { role: string; users: string[] }>;
  } | null;

  @ApiProperty(NO_RABBITMQ)
  rabbitmq_username: null;

  @ApiProperty(NO_RABBITMQ)
  rabbitmq_password: null;

  @ApiProperty(NO_RABBITMQ)
  rabbitmq_vhost: null;
}

export const TENANT_FIELDS = [
  'name',
  'groups',
  'users',
  'user_roles',
  'rabbitmq_username',
  'rabbitmq_password',
  'rabbitmq_vhost',
] as const satisfies readonly (keyof TenantV3)[];

/** Describes a list item, which has only the fields that `_include` names. */
class TenantEntryV3 extends PartialType(TenantV3) {}

export class TenantListV3 {
  @ApiProperty({ type: [TenantEntryV3] })
  items: TenantEntryV3[];

  @ApiProperty({ type: PageMetadata })
  metadata: PageMetadata;
}
