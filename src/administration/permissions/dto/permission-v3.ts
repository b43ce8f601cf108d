import { ApiProperty, PartialType } from '@nestjs/swagger';
import { PageMetadata } from '../../../api/lists/list-envelope.js';
import { KNOWN_ROLES } from '../../../users/permissions/known-permissions.js';

export class PermissionV3 {
  @ApiProperty({ type: String, enum: Object.keys(KNOWN_ROLES) })
  role: string;

  @ApiProperty({ example: 'secret_get' })
  permission: string;
}

export const PERMISSION_FIELDS = ['role', 'permission'] as const satisfies readonly (keyof PermissionV3)[];

/** Describes a list item, which has only the fields that `_include` names. */
class PermissionEntryV3 extends PartialType(PermissionV3) {}

export class PermissionListV3 {
  @ApiProperty({ type: [PermissionEntryV3] })
  items: PermissionEntryV3[];

  @ApiProperty({ type: PageMetadata })
  metadata: PageMetadata;
}
