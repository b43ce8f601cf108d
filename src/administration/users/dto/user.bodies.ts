import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString, Matches } from 'class-validator';
import { IsFlag } from '../../../api/input/is-flag.decorator.js';
import { OneOf } from '../../../api/input/one-of.decorator.js';

const TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?$/;
const TIME_RULE = {
  message: ({ property }: { property: string }) =>
    `\`${property}\` must be a time as in ISO 8601, such as 2026-03-20T08:23:31Z`,
};
const TIME_FIELD = {
  type: String,
  required: false,
  nullable: true,
  description: 'Requires the permission `set_timestamp`',
};

export class NewUserBody {
  @ApiProperty({ type: String })
  @IsString({ message: '`username` must be a string' })
  username: string;

  @ApiProperty({ type: String, minLength: 5, maxLength: 256 })
  @IsString({ message: '`password` must be a string' })
  password: string;

  @ApiProperty({ type: String, required: false, default: 'default' })
  @IsOptional()
  @IsString({ message: '`role` must be a string' })
  role?: string | null;

  @ApiProperty({
    type: Boolean,
    required: false,
    description: 'Must be false: hashes of passwords are not accepted',
  })
  @IsOptional()
  @IsFlag()
  is_prehashed?: unknown;

  @ApiProperty(TIME_FIELD)
  @IsOptional()
  @Matches(TIME, TIME_RULE)
  created_at?: string | null;

  @ApiProperty(TIME_FIELD)
  @IsOptional()
  @Matches(TIME, TIME_RULE)
  first_login_at?: string | null;

  @ApiProperty(TIME_FIELD)
  @IsOptional()
  @Matches(TIME, TIME_RULE)
  last_login_at?: string | null;
}

/** Changes exactly one of password, role and setting. */
export class UserChangeBody {
  @ApiProperty({ type: String, required: false, minLength: 5, maxLength: 256 })
  @IsOptional()
  @IsString({ message: '`password` must be a string' })
  password?: string | null;

  @ApiProperty({ type: String, required: false })
  @IsOptional()
  @IsString({ message: '`role` must be a string' })
  role?: string | null;

  @ApiProperty({ type: Boolean, required: false })
  @IsOptional()
  @IsFlag()
  show_getting_started?: unknown;

  @ApiProperty({
    type: Boolean,
    required: false,
    default: false,
    description: 'With `password`: also ends all tokens of the user',
  })
  @IsOptional()
  @IsFlag()
  end_tokens?: unknown;

  @ApiProperty({
    type: Boolean,
    required: false,
    description: 'Must be false: hashes of passwords are not accepted',
  })
  @IsOptional()
  @IsFlag()
  is_prehashed?: unknown;
}

const ACTIVATIONS = ['activate', 'deactivate'] as const;

export class UserActivationBody {
  @ApiProperty({ type: String, enum: ACTIVATIONS })
  @OneOf(ACTIVATIONS)
  action: (typeof ACTIVATIONS)[number];
}
