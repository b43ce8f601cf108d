import { ListedBy } from '../../api/listed-by.decorator.js';
import { ListQuery } from '../../api/list.query.js';
import { USER_GROUP_COLUMNS } from '../../users/user-group-overview.js';
import { GetData } from './get-data.query.js';

@ListedBy(USER_GROUP_COLUMNS)
export class UserGroupListQuery extends ListQuery {
  @GetData()
  _get_data?: string;
}
