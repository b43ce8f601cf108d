import { ApiProperty, PartialType } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { PageMetadata } from '../../../api/lists/list-envelope.js';
import { STORABLE, TIME } from '../../../api/openapi/schemas.js';
import { SYSTEM_ROLES } from '../../../users/permissions/roles.js';

const LONGEST_DESCRIPTION = 1_024;
const TIME_OR_NULL = { ...TIME, nullable: true };

/** Matches both notations of an expiry. */
const EXPIRY = '^\\s*(\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}|\\+\\s*(\\d{1,6}\\s*[A-Za-z]+\\s*)+)\\s*$';

export class NewTokenBody {
  @ApiProperty({ ...STORABLE, required: false, nullable: true, maxLength: LONGEST_DESCRIPTION })
  @IsOptional()
  @IsString({ message: '`description` must be a string' })
  @MaxLength(LONGEST_DESCRIPTION, {
    message: `\`description\` can be at most ${LONGEST_DESCRIPTION} characters long`,
  })
  description?: string | null;

  @ApiProperty({
    ...{ required: false, type: String, nullable: true },
    pattern: EXPIRY,
    description:
      '`YYYY-MM-DD HH:mm` in UTC, in the future, or an offset such as `+10h`, `+30 minutes` or `+1 day`; by default the ' +
      'token never expires',
  })
  @IsOptional()
  @IsString({ message: '`expiration_date` must be a string' })
  expiration_date?: string | null;
}

export class TokenV31 {
  @ApiProperty({ type: String, pattern: '^[A-Za-z0-9]{10}$', example: 'a1B2c3D4e5' })
  id: string;

  @ApiProperty({ example: 'admin' })
  username: string;

  @ApiProperty({
    type: String,
    pattern: '^ctok-[A-Za-z0-9]{10}-([A-Za-z0-9]{40}|\\*{8})$',
    description: 'Complete only in the response that creates the token; masked afterwards',
  })
  value: string;

  @ApiProperty({ type: String, enum: SYSTEM_ROLES })
  role: string;

  @ApiProperty(TIME_OR_NULL)
  expiration_date: string | null;

  @ApiProperty(TIME_OR_NULL)
  last_used: string | null;

  @ApiProperty({ type: String, nullable: true })
  description: string | null;
}

export const TOKEN_FIELDS = [
  'id',
  'username',
  'value',
  'role',
  'expiration_date',
  'last_used',
  'description',
] as const satisfies readonly (keyof TokenV31)[];

/** Describes a list item, which has only the fields that `_include` names. */
class TokenEntryV31 extends PartialType(TokenV31) {}

export class TokenListV31 {
  @ApiProperty({ type: [TokenEntryV31] })
  items: TokenEntryV31[];

  @ApiProperty({ type: PageMetadata })
  metadata: PageMetadata;
}

/** Describes the token that clients of /api/v3 expect. */
export class FreshTokenV3 {
  @ApiProperty({
    type: String,
    pattern: '^ctok-[A-Za-z0-9]{10}-[A-Za-z0-9]{40}$',
    description: 'A token that is valid for ten hours',
  })
  value: string;

  @ApiProperty({ type: String, enum: ['admin', 'user'] })
  role: string;
}
