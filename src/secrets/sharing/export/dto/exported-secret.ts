import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ANY_OBJECT, ANY_VALUE, NAME, TIME } from '../../../../api/openapi/schemas.js';
import { LABELS_SCHEMA } from '../../../labels/labels.decorator.js';
import type { Labels } from '../../../labels/labels.js';
import { VISIBILITIES } from '../../../secret.js';

/** Describes an exported secret: those fields that were asked for. */
export class ExportedSecretItem {
  @ApiPropertyOptional(NAME)
  key?: string;

  @ApiPropertyOptional({
    ...ANY_VALUE,
    description: 'In clear; encrypted where a passphrase was given; any JSON for a secret with a schema',
  })
  value?: unknown;

  @ApiPropertyOptional({ type: String, enum: VISIBILITIES })
  visibility?: string;

  @ApiPropertyOptional(NAME)
  tenant_name?: string;

  @ApiPropertyOptional({ type: Boolean })
  is_hidden_value?: boolean;

  @ApiPropertyOptional({ type: Boolean, description: 'Whether value and provider options are encrypted' })
  encrypted?: boolean;

  @ApiProperty({ type: String, nullable: true, required: false })
  provider?: string | null;

  @ApiProperty({ type: String, nullable: true, required: false })
  provider_options?: string | null;

  @ApiPropertyOptional({ ...ANY_OBJECT, description: 'There for a secret with a schema only' })
  schema?: object;

  @ApiPropertyOptional({ type: String, description: 'With `_include_metadata`' })
  creator?: string;

  @ApiPropertyOptional({ ...TIME, description: 'With `_include_metadata`' })
  created_at?: string;

  @ApiPropertyOptional({ ...TIME, description: 'With `_include_metadata`' })
  updated_at?: string;

  @ApiPropertyOptional({ type: String, description: 'With `_include_metadata`, where there is one' })
  description?: string;

  @ApiPropertyOptional({ ...TIME, description: 'With `_include_metadata`, where there is one' })
  expires_at?: string;

  @ApiPropertyOptional({
    ...LABELS_SCHEMA,
    description: 'With `_include_metadata`, where there are any',
  })
  labels?: Labels;
}
