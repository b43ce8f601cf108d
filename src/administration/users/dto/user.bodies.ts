import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString, Matches } from 'class-validator';
import { IsFlag } from '../../../api/input/is-flag.decorator.js';
import { SYSTEM_ROLES } from '../../../users/permissions/roles.js';
import { OneOf } from '../../../api/input/one-of.decorator.js';
import { atMostOneOf, BodyRule } from '../../../api/openapi/body-rule.decorator.js';
import { FLAG_OR_NULL, NAME, WITHOUT_CONTROLS } from '../../../api/openapi/schemas.js';

const TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?$/;
const TIME_RULE = {
  message: ({ property }: { property: string }) =>
    `\`${property}\` must be a time as in ISO 8601, such as 2026-03-20T08:23:31Z`,
};
const TIME_FIELD = {
  ...{ type: String, required: false, nullable: true, pattern: TIME.source },
  description: 'Requires the permission `set_timestamp`',
};

/** Describes a new password, whose shortest length is configured. */
const PASSWORD = {
  ...WITHOUT_CONTROLS,
  format: 'password',
  maxLength: 256,
  description: 'At least as long as STRONGROOM_PASSWORD_MIN_LENGTH says, 8 characters by default',
} as const;

const ROLE = {
  ...{ type: String, nullable: true, required: false },
  enum: ['admin', 'user', 'sys_admin', 'default'],
  description: '`admin` is `sys_admin`, and `user` is `default`',
};
const ROLE_V31 = { ...ROLE, enum: SYSTEM_ROLES, description: '' };
const NEW_ROLE = { ...ROLE_V31, description: '`default` if it is left out' };

const PREHASHED = {
  ...FLAG_OR_NULL,
  required: false,
  description: 'Must be false: hashes of passwords are not accepted',
};

export class NewUserBody {
  @ApiProperty(NAME)
  @IsString({ message: '`username` must be a string' })
  username: string;

  @ApiProperty(PASSWORD)
  @IsString({ message: '`password` must be a string' })
  password: string;

  @ApiProperty({ ...ROLE, description: '`user` if it is left out' })
  @IsOptional()
  @IsString({ message: '`role` must be a string' })
  role?: string | null;

  @ApiProperty(PREHASHED)
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

/** Describes the same under version 3.1. */
export class NewUserBodyV31 extends NewUserBody {
  @ApiProperty(NEW_ROLE)
  declare role?: string | null;
}

/** Changes exactly one of password, role and setting. */
@BodyRule({ minProperties: 1, ...atMostOneOf('password', 'role', 'show_getting_started') })
export class UserChangeBody {
  @ApiProperty({ ...PASSWORD, nullable: true, required: false })
  @IsOptional()
  @IsString({ message: '`password` must be a string' })
  password?: string | null;

  @ApiProperty(ROLE)
  @IsOptional()
  @IsString({ message: '`role` must be a string' })
  role?: string | null;

  @ApiProperty({
    ...FLAG_OR_NULL,
    required: false,
    description: 'Whether the web console shows its first steps',
  })
  @IsOptional()
  @IsFlag()
  show_getting_started?: unknown;

  @ApiProperty({
    ...FLAG_OR_NULL,
    required: false,
    description: 'With `password`: also ends all tokens of the user',
  })
  @IsOptional()
  @IsFlag()
  end_tokens?: unknown;

  @ApiProperty(PREHASHED)
  @IsOptional()
  @IsFlag()
  is_prehashed?: unknown;
}

/** Describes the same under version 3.1. */
export class UserChangeBodyV31 extends UserChangeBody {
  @ApiProperty(ROLE_V31)
  declare role?: string | null;
}

const ACTIVATIONS = ['activate', 'deactivate'] as const;

export class UserActivationBody {
  @ApiProperty({ type: 'string', enum: ACTIVATIONS })
  @OneOf(ACTIVATIONS)
  action: (typeof ACTIVATIONS)[number];
}
