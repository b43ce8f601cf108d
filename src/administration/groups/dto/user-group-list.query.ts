import { ListedBy } from '../../../api/lists/listed-by.decorator.js';
import { ListQuery } from '../../../api/lists/list.query.js';
import { USER_GROUP_COLUMNS } from '../../../users/groups/user-group-overview.js';
import { GetData } from '../../dto/get-data.query.js';

@ListedBy(USER_GROUP_COLUMNS)
export class UserGroupListQuery extends ListQuery {
  @GetData()
  _get_data?: string;
}
