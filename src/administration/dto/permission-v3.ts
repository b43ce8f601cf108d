import { ApiProperty } from '@nestjs/swagger';
import { PageMetadata } from '../../api/list-envelope.js';

export class PermissionV3 {
  @ApiProperty({ example: 'viewer' })
  role: string;

  @ApiProperty({ example: 'secret_get' })
  permission: string;
}

export class PermissionListV3 {
  @ApiProperty({ type: [PermissionV3] })
  items: PermissionV3[];

  @ApiProperty({ type: PageMetadata })
  metadata: PageMetadata;
}
