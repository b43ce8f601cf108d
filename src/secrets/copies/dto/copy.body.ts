import { ApiProperty } from '@nestjs/swagger';
import { IsString, MinLength, ValidateIf } from 'class-validator';
import { BodyRule } from '../../../api/openapi/body-rule.decorator.js';
import { NAME } from '../../../api/openapi/schemas.js';
import { IsKey } from '../../dto/is-key.decorator.js';
import type { CopyInput } from '../copy-secret.js';

/** Holds the body of a copy. */
@BodyRule({ minProperties: 1 })
export class CopySecretBody {
  @ApiProperty({
    ...{ type: String, required: false, minLength: 1 },
    description: 'The name of the tenant that gets the copy; the tenant of the request if it is left out',
  })
  @ValidateIf((_body, value) => value !== undefined)
  @IsString({ message: '`tenant` must be a string: the name of a tenant' })
  @MinLength(1, { message: '`tenant` must not be empty' })
  tenant?: string;

  @ApiProperty({
    ...{ ...NAME, required: false },
    description: 'The key of the copy, which must be free; the same key if it is left out',
  })
  @ValidateIf((_body, value) => value !== undefined)
  @IsKey()
  key?: string;
}

export function toCopyInput({ tenant, key }: CopySecretBody): CopyInput {
  return { tenantName: tenant, newKey: key };
}
