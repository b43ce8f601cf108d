import { ApiProperty } from '@nestjs/swagger';
import { PageMetadata } from '../../api/list-envelope.js';

const TIME = { type: String, example: '2026-03-20T08:23:31.276Z', description: 'UTC, with milliseconds' };

/** A secret in a list: never with its value. */
export class SecretListItemV3 {
  @ApiProperty({ example: 'database.password' })
  key: string;

  @ApiProperty(TIME)
  created_at: string;

  @ApiProperty(TIME)
  updated_at: string;

  @ApiProperty({
    enum: ['creator', ''],
    type: String,
    description: '`creator` where the caller created the secret',
  })
  permission: string;

  @ApiProperty({ example: 'default_tenant' })
  tenant_name: string;

  @ApiProperty({ example: 'admin' })
  created_by: string;
}

export class SecretV3 extends SecretListItemV3 {
  @ApiProperty({ description: 'The value in clear' })
  value: string;
}

export class SecretListV3 {
  @ApiProperty({ type: [SecretListItemV3] })
  items: SecretListItemV3[];

  @ApiProperty({ type: PageMetadata })
  metadata: PageMetadata;
}
