import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsFlag } from '../../../api/input/is-flag.decorator.js';
import { ListedBy } from '../../../api/lists/listed-by.decorator.js';
import { ListQuery } from '../../../api/lists/list.query.js';
import { USER_COLUMNS } from '../../../users/user-overview.js';
import { GetData, GetDataQuery } from '../../dto/get-data.query.js';

/** For `_include_hash`, which clients send. */
function IncludeHash(): PropertyDecorator {
  const description = 'Accepted, and changes nothing: `password_hash` is null always';
  return applyDecorators(ApiPropertyOptional({ type: Boolean, default: false, description }), IsFlag());
}

/** How a user is shown. */
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
