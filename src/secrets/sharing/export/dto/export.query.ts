import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { flagOf, IsFlag } from '../../../../api/input/is-flag.decorator.js';
import { STORABLE } from '../../../../api/openapi/schemas.js';
import { Repeatable } from '../../../../api/input/repeatable.decorator.js';
import { EXPORT_FILTERS, type ExportOptions } from '../export-options.js';

function Texts(description: string): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: 'array', items: STORABLE, description }),
    IsOptional(),
    IsString({ each: true }),
    Repeatable(),
  );
}

const EXACT = 'Only those with exactly this; given several times, any of them';

/** Says which secrets are exported, and how. Booleans may be written as text in any case. */
export class ExportQuery {
  @ApiPropertyOptional({
    ...{ type: String, minLength: 8, maxLength: 1024 },
    description:
      'For clients that do not know the header: what stands in an address is easily logged on the way',
  })
  @IsOptional()
  @IsString({ message: '`_passphrase` must be a string' })
  _passphrase?: string;

  @ApiPropertyOptional({
    type: Boolean,
    description: 'Every tenant in which the caller may export, by the roles that the caller has there',
  })
  @IsFlag()
  _all_tenants?: string;

  @ApiPropertyOptional({ ...STORABLE, maxLength: 256, description: 'A part of the key, in any case' })
  @IsOptional()
  @MaxLength(256, { message: '`_search` can be at most 256 characters long' })
  @IsString({ message: '`_search` must be a string' })
  _search?: string;

  @Texts('Fields of the answer, with commas between or one each time')
  _include?: string[];

  @ApiPropertyOptional({
    type: Boolean,
    description: 'Adds who created each secret, its times, description, expiry and labels',
  })
  @IsFlag()
  _include_metadata?: string;

  @Texts(EXACT)
  key?: string[];

  @Texts(EXACT)
  visibility?: string[];

  @Texts(EXACT)
  is_hidden_value?: string[];

  @Texts(EXACT)
  tenant_name?: string[];

  @Texts(EXACT)
  created_by?: string[];
}

export function toExportOptions(query: ExportQuery): ExportOptions {
  const filters = Object.fromEntries(EXPORT_FILTERS.map((name) => [name, query[name]]));
  const hidden = query.is_hidden_value?.map((text) => text.toLowerCase());
  return {
    allTenants: flagOf(query._all_tenants) === true,
    search: query._search === undefined || query._search === '' ? undefined : query._search.normalize('NFKC'),
    filters: { ...filters, is_hidden_value: hidden },
  };
}
