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
      '`YYYY-MM-DD HH:mm` in UTC, or like `+10h`, `+30 minutes`, `+1 day`; without it the token stays',
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

  @ApiProperty({ description: 'Whole in the answer that made it, and never again' })
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

/** With `_include`, only the fields that it names. */
class TokenEntryV31 extends PartialType(TokenV31) {}

export class TokenListV31 {
  @ApiProperty({ type: [TokenEntryV31] })
  items: TokenEntryV31[];

  @ApiProperty({ type: PageMetadata })
  metadata: PageMetadata;
}

/** What clients of the time of /api/v3 take a token from. */
export class FreshTokenV3 {
  @ApiProperty({ description: 'A token for ten hours' })
  value: string;

  @ApiProperty({ example: 'admin' })
  role: string;
}
