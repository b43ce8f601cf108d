import { ApiProperty, PartialType } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { PageMetadata } from '../../../api/lists/list-envelope.js';

const LONGEST_DESCRIPTION = 1_024;
const TIME = { type: String, nullable: true, example: '2026-03-20T08:23:31.276Z' };

export class NewTokenBody {
  @ApiProperty({ required: false, type: String, maxLength: LONGEST_DESCRIPTION })
  @IsOptional()
  @IsString({ message: '`description` must be a string' })
  @MaxLength(LONGEST_DESCRIPTION, {
    message: `\`description\` can be at most ${LONGEST_DESCRIPTION} characters long`,
  })
  description?: string | null;

  @ApiProperty({
    required: false,
    type: String,
    description:
      '`YYYY-MM-DD HH:mm` in UTC, or an offset such as `+10h`, `+30 minutes` or `+1 day`; by default the token never expires',
  })
  @IsOptional()
  @IsString({ message: '`expiration_date` must be a string' })
  expiration_date?: string | null;
}

export class TokenV31 {
  @ApiProperty({ example: 'a1B2c3D4e5' })
  id: string;

  @ApiProperty({ example: 'admin' })
  username: string;

  @ApiProperty({ description: 'Complete only in the response that creates the token; masked afterwards' })
  value: string;

  @ApiProperty({ example: 'sys_admin' })
  role: string;

  @ApiProperty(TIME)
  expiration_date: string | null;

  @ApiProperty(TIME)
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
  @ApiProperty({ description: 'A token that is valid for ten hours' })
  value: string;

  @ApiProperty({ example: 'admin' })
  role: string;
}
