import { ApiProperty, OmitType, PartialType } from '@nestjs/swagger';
import { CursorPageMetadata } from '../../api/lists/list-envelope.js';
import { ANY_OBJECT, ANY_VALUE, COUNT, NAME, TIME } from '../../api/openapi/schemas.js';
import { SecretSearchMetadata } from './secret-search-metadata.js';
import { LABELS_SCHEMA } from '../labels/labels.decorator.js';
import type { Labels } from '../labels/labels.js';
import { LONGEST_DESCRIPTION, VISIBILITIES } from '../secret.js';

const LISTED_SCHEMA = {
  ...ANY_OBJECT,
  selfRequired: false,
  nullable: true,
  description: 'Only where `_include` names it',
};
const VISIBILITY = { type: String, enum: VISIBILITIES };

/** Describes a secret in a list of version 3.1, which never shows its value. */
export class SecretListItemV31 {
  @ApiProperty(NAME)
  key: string;

  @ApiProperty(TIME)
  created_at: string;

  @ApiProperty(TIME)
  updated_at: string;

  @ApiProperty(VISIBILITY)
  visibility: string;

  @ApiProperty({ ...VISIBILITY, description: 'The same as `visibility`, for older clients' })
  resource_availability: string;

  @ApiProperty({
    type: Boolean,
    description: 'Whether only the creator and administrators may see the value',
  })
  is_hidden_value: boolean;

  @ApiProperty({ ...NAME, description: 'The tenant that it belongs to' })
  tenant_name: string;

  @ApiProperty({ type: String, description: 'The user whose secret it is' })
  created_by: string;

  @ApiProperty({ type: String, nullable: true, description: 'Null, but in secrets of earlier releases' })
  provider_name: string | null;

  @ApiProperty({
    ...{ type: String, nullable: true, maxLength: LONGEST_DESCRIPTION },
    description: 'What the secret is for; never sealed',
  })
  description: string | null;

  @ApiProperty({ ...TIME, nullable: true, description: 'The time from which a read is answered with 410' })
  expires_at: string | null;

  @ApiProperty({ type: Boolean, description: 'Whether that time has passed' })
  is_expired: boolean;

  @ApiProperty({ ...LABELS_SCHEMA, description: 'What lists and searches find it by; never sealed' })
  labels: Labels;
}

/** Describes a secret of version 3.1. Answers to changes have an empty value. */
export class SecretV31 extends SecretListItemV31 {
  @ApiProperty({
    ...ANY_VALUE,
    description:
      'The value in clear, of any type where there is a schema; empty where it is hidden from the caller, or was not ' +
      'asked for',
  })
  value: unknown;

  @ApiProperty({ ...COUNT, minimum: 1, description: 'The number of the value, counted from 1' })
  version: number;

  @ApiProperty({
    ...{ type: 'integer', nullable: true, minimum: 1 },
    description: 'How many versions are kept; null if the setting of the tenant decides',
  })
  max_versions: number | null;

  @ApiProperty({ type: Boolean, description: 'Whether `visibility` is private, for older clients' })
  private_resource: boolean;

  @ApiProperty({ ...ANY_OBJECT, nullable: true, description: 'The JSON Schema that each value must satisfy' })
  schema: object | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'The JSON of the options, where the caller who reads it created it or administers its tenant',
  })
  provider_options: string | null;
}

export const SECRET_LIST_FIELDS_V31 = [
  'key',
  'created_at',
  'updated_at',
  'visibility',
  'resource_availability',
  'is_hidden_value',
  'tenant_name',
  'created_by',
  'provider_name',
  'description',
  'expires_at',
  'is_expired',
  'labels',
] as const;

/** Describes an item of a list: with `_include`, it has only the fields that are named. */
class SecretListEntryV31 extends PartialType(SecretListItemV31) {
  @ApiProperty(LISTED_SCHEMA)
  schema?: object | null;
}

export class SecretListV31 {
  @ApiProperty({ type: [SecretListEntryV31] })
  items: SecretListEntryV31[];

  @ApiProperty({ type: CursorPageMetadata })
  metadata: CursorPageMetadata;
}

/** Lists the fields of a secret that a search found; its `schema` is included only if `_include` names it. */
export const SECRET_SEARCH_FIELDS_V31 = [
  ...SECRET_LIST_FIELDS_V31,
  'value',
  'private_resource',
  'provider_options',
] as const;

/**
 * Describes an item of a search: a secret without its schema, or the fields that `_include` names. Its value is always
 * empty.
 */
class SecretSearchEntryV31 extends PartialType(OmitType(SecretV31, ['schema', 'version', 'max_versions'])) {
  @ApiProperty(LISTED_SCHEMA)
  schema?: object | null;
}

export class SecretSearchV31 {
  @ApiProperty({ type: [SecretSearchEntryV31] })
  items: SecretSearchEntryV31[];

  @ApiProperty({ type: SecretSearchMetadata })
  metadata: SecretSearchMetadata;
}
