import { ApiProperty, PartialType } from '@nestjs/swagger';
import { CursorPageMetadata } from '../../api/lists/list-envelope.js';

const TIME = { type: String, example: '2026-03-20T08:23:31.276Z', description: 'UTC, with milliseconds' };

/** Describes a secret in a list: never with its value. */
class SecretListItemV3 {
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
  @ApiProperty({
    description: 'The value in clear; its JSON, as it was sent, where a schema lets it be no text',
  })
  value: string;
}

export const SECRET_LIST_FIELDS_V3 = [
  'key',
  'created_at',
  'updated_at',
  'permission',
  'tenant_name',
  'created_by',
] as const;

/** Describes an item of a list: with `_include`, it has only the fields that are named. */
class SecretListEntryV3 extends PartialType(SecretListItemV3) {}

export class SecretListV3 {
  @ApiProperty({ type: [SecretListEntryV3] })
  items: SecretListEntryV3[];

  @ApiProperty({ type: CursorPageMetadata })
  metadata: CursorPageMetadata;
}
