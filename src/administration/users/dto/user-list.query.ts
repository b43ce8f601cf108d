import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsFlag } from '../../../api/input/is-flag.decorator.js';
import { ListedBy } from '../../../api/lists/listed-by.decorator.js';
import { ListQuery } from '../../../api/lists/list.query.js';
import { USER_COLUMNS } from '../../../users/user-overview.js';
import { GetData, GetDataQuery } from '../../dto/get-data.query.js';

/** Declares `_include_hash`, which clients send. */
function IncludeHash(): PropertyDecorator {
  const description = 'Accepted but ignored: `password_hash` is always null';
  return applyDecorators(ApiPropertyOptional({ type: Boolean, description }), IsFlag());
}

/** Declares the query parameters that choose how a user is shown. */
export class UserQuery extends GetDataQuery {
  @IncludeHash()
  _include_hash?: unknown;
}

@ListedBy(USER_COLUMNS)
export class UserListQuery extends ListQuery {
  @GetData()
  _get_data?: string;

  @IncludeHash()
  _include_hash?: unknown;
}
