import { ApiProperty } from '@nestjs/swagger';
import { NOTHING } from '../../../api/openapi/schemas.js';
import { PageMetadata } from '../../../api/lists/list-envelope.js';

class RoleV3 {
  @ApiProperty({ type: 'integer' })
  id: number;

  @ApiProperty({ example: 'viewer' })
  name: string;

  @ApiProperty({ type: String, enum: ['system_role', 'tenant_role'] })
  type: string;

  @ApiProperty({ type: String })
  description: string;
}

class AuthorizationV3 {
  @ApiProperty({ type: [RoleV3] })
  roles: RoleV3[];

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'array', items: { type: 'string' } },
    description: 'Maps each permission to the roles that have it',
  })
  permissions: Record<string, string[]>;
}

export class ConfigV3 {
  @ApiProperty({ type: 'array', items: {}, maxItems: 0 })
  items: never[];

  @ApiProperty({ type: PageMetadata })
  metadata: PageMetadata;

  @ApiProperty({ type: AuthorizationV3 })
  authorization: AuthorizationV3;
}

class LicenseV3 {
  @ApiProperty({ type: String })
  customer_id: string;

  @ApiProperty({ ...NOTHING, description: 'Always null: the license never expires' })
  expiration_date: null;

  @ApiProperty({ type: String })
  license_edition: string;

  @ApiProperty({ type: Boolean })
  trial: boolean;

  @ApiProperty({ type: Boolean })
  expired: boolean;

  @ApiProperty(NOTHING)
  cloudify_version: null;

  @ApiProperty(NOTHING)
  capabilities: null;
}

export class LicenseListV3 {
  @ApiProperty({ type: [LicenseV3] })
  items: LicenseV3[];

  @ApiProperty({ type: PageMetadata })
  metadata: PageMetadata;
}
