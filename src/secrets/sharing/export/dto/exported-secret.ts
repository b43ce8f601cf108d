import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ANY_VALUE } from '../../../dto/any-value.js';
import { VISIBILITIES } from '../../../secret.js';

const TIME = { type: String, example: '2026-03-20T08:23:31.276Z' };

/** Describes an exported secret: those fields that were asked for. */
export class ExportedSecretItem {
  @ApiPropertyOptional({ example: 'database.password' })
  key?: string;

  @ApiPropertyOptional({
    ...ANY_VALUE,
    description: 'In clear; encrypted where a passphrase was given; any JSON for a secret with a schema',
  })
  value?: unknown;

  @ApiPropertyOptional({ enum: VISIBILITIES, type: String })
  visibility?: string;

  @ApiPropertyOptional({ example: 'default_tenant' })
  tenant_name?: string;

  @ApiPropertyOptional()
  is_hidden_value?: boolean;

  @ApiPropertyOptional({ description: 'Whether value and provider options are encrypted' })
  encrypted?: boolean;

  @ApiProperty({ type: String, nullable: true, required: false })
  provider?: string | null;

  @ApiProperty({ type: String, nullable: true, required: false })
  provider_options?: string | null;

  @ApiPropertyOptional({ description: 'There for a secret with a description only' })
  description?: string;

  @ApiPropertyOptional({ type: Object, description: 'There for a secret with a schema only' })
  schema?: object;

  @ApiPropertyOptional({ description: 'With `_include_metadata`' })
  creator?: string;

  @ApiPropertyOptional({ ...TIME, description: 'With `_include_metadata`' })
  created_at?: string;

  @ApiPropertyOptional({ ...TIME, description: 'With `_include_metadata`' })
  updated_at?: string;
}
