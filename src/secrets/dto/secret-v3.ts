import { ApiProperty, PartialType } from '@nestjs/swagger';
import { CursorPageMetadata } from '../../api/lists/list-envelope.js';
import { NAME, TIME } from '../../api/openapi/schemas.js';
import { SecretSearchMetadata } from './secret-search-metadata.js';

/** Describes a secret in a list: never with its value. */
class SecretListItemV3 {
  @ApiProperty(NAME)
  key: string;

  @ApiProperty(TIME)
  created_at: string;

  @ApiProperty(TIME)
  updated_at: string;

  @ApiProperty({
    type: String,
    enum: ['creator', ''],
    description: '`creator` where the caller created the secret',
  })
  permission: string;

  @ApiProperty({ ...NAME, description: 'The tenant that it belongs to' })
  tenant_name: string;

  @ApiProperty({ type: String, description: 'The user whose secret it is' })
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

/** Describes what a search finds under version 3: what its list shows. */
export class SecretSearchV3 {
  @ApiProperty({ type: [SecretListEntryV3] })
  items: SecretListEntryV3[];

  @ApiProperty({ type: SecretSearchMetadata })
  metadata: SecretSearchMetadata;
}
