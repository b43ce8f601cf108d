import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsArray, IsDefined, IsObject, IsOptional, IsString } from 'class-validator';
import { flagOf, IsFlag } from '../../../../api/input/is-flag.decorator.js';
import { ItemsReadBy } from '../../../../api/input/kept-as-sent.decorator.js';
import { atMostOneOf, BodyRule } from '../../../../api/openapi/body-rule.decorator.js';
import { ANY_OBJECT, FLAG } from '../../../../api/openapi/schemas.js';
import { BadParameters, TooLarge } from '../../../../common/errors.js';
import { isRawRow, readRawRow } from '../raw-row.js';
import type { ImportInput } from '../secret-import.service.js';

const MOST_SECRETS = 100_000;
const MAP = { type: 'object', nullable: true, additionalProperties: { type: 'string' } } as const;

@BodyRule(atMostOneOf('tenant_map', 'tenant_map_dict'))
export class ImportBody {
  @ApiProperty({
    type: 'array',
    items: ANY_OBJECT,
    maxItems: MOST_SECRETS,
    description: 'Secrets, as an export gives them',
  })
  @IsArray({ message: '`secrets_list` must be an array of secrets' })
  @ItemsReadBy(readRawRow)
  secrets_list: unknown[];

  @ApiProperty({ ...FLAG, description: 'Whether secrets that are there already are replaced' })
  @IsFlag()
  @IsDefined({ message: '`override_collisions` must say whether secrets that are there are replaced' })
  override_collisions: unknown;

  @ApiPropertyOptional({ ...MAP, description: 'Tenants of the secrets, and those that they go to' })
  @IsOptional()
  @IsObject({ message: '`tenant_map` must be an object of names' })
  tenant_map?: Record<string, unknown> | null;

  @ApiPropertyOptional({ ...MAP, description: 'The same, for clients of version 5.0.0' })
  @IsOptional()
  @IsObject({ message: '`tenant_map_dict` must be an object of names' })
  tenant_map_dict?: Record<string, unknown> | null;

  @ApiPropertyOptional({
    ...{ type: String, nullable: true, minLength: 1, maxLength: 1024 },
    description: 'For encrypted values; the header is another way',
  })
  @IsOptional()
  @IsString({ message: '`passphrase` must be a string' })
  passphrase?: string | null;
}

/** @throws BadParameters, TooLarge */
export function toImportInput(body: ImportBody): Omit<ImportInput, 'passphrase'> {
  const { secrets_list: rows } = body;
  if (rows.length > MOST_SECRETS)
    throw new TooLarge(
      `\`secrets_list\` can have at most ${MOST_SECRETS} secrets; send the rest in another import`,
    );
  if (!rows.every(isRawRow)) throw new BadParameters('`secrets_list` must hold objects only');
  if (body.tenant_map && body.tenant_map_dict)
    throw new BadParameters('Give one of `tenant_map` and `tenant_map_dict`');
  return {
    rows,
    override: flagOf(body.override_collisions) === true,
    tenantMap: namesOf(body.tenant_map ?? body.tenant_map_dict ?? {}),
  };
}

function namesOf(map: Record<string, unknown>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(map).map(([from, to]) => {
      if (typeof to !== 'string') throw new BadParameters('`tenant_map` must map names to names');
      return [from, to];
    }),
  );
}
