import { ApiProperty } from '@nestjs/swagger';
import { NOTHING } from '../../../api/openapi/schemas.js';

export class VersionV3 {
  @ApiProperty({ example: 'premium', description: 'Clients offer tenants and users only for `premium`' })
  edition: string;

  @ApiProperty({ example: '1.2.3' })
  version: string;

  @ApiProperty(NOTHING)
  build: null;

  @ApiProperty(NOTHING)
  date: null;

  @ApiProperty(NOTHING)
  commit: null;

  @ApiProperty({ type: String })
  distribution: string;

  @ApiProperty({ type: String })
  distro_release: string;
}
