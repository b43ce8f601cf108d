import { ListedBy } from '../../../api/lists/listed-by.decorator.js';
import { ListQuery } from '../../../api/lists/list.query.js';
import { PERMISSION_COLUMNS } from '../../../users/permissions/role-permission.js';

@ListedBy(PERMISSION_COLUMNS)
export class PermissionListQuery extends ListQuery {}
