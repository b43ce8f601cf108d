import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, MaxLength } from 'class-validator';
import { IsFlag } from '../../api/is-flag.decorator.js';
import { PageQuery } from '../../api/paging.js';
import { USER_SORTS } from '../../users/user-directory.js';

const SORTS = USER_SORTS.flatMap((name) => [name, `-${name}`]);
const GET_DATA = { type: Boolean, default: false, description: 'Names and roles instead of counts' };
const INCLUDE_HASH = { type: Boolean, default: false, description: 'Accepted; the hash is never shown' };

/** How a user is shown. */
export class UserQuery {
  @ApiPropertyOptional(GET_DATA)
  @IsFlag()
  _get_data?: unknown;

  @ApiPropertyOptional(INCLUDE_HASH)
  @IsFlag()
  _include_hash?: unknown;
}

export class UserListQuery extends PageQuery {
  @ApiPropertyOptional(GET_DATA)
  @IsFlag()
  _get_data?: unknown;

  @ApiPropertyOptional(INCLUDE_HASH)
  @IsFlag()
  _include_hash?: unknown;

  @ApiPropertyOptional({ type: String, enum: SORTS, default: 'username' })
  @IsOptional()
  @IsIn(SORTS, {
    message: `\`_sort\` must be one of ${USER_SORTS.join(', ')}, with \`-\` before it to descend`,
  })
  _sort?: string;

  @ApiPropertyOptional({ type: String, maxLength: 256, description: 'A part of the name, in any case' })
  @IsOptional()
  @MaxLength(256, { message: '`_search` can be at most 256 characters' })
  _search?: string;
}
