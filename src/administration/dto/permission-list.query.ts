import { ListedBy } from '../../api/listed-by.decorator.js';
import { ListQuery } from '../../api/list.query.js';
import { PERMISSION_COLUMNS } from '../../users/role-permissions.service.js';

@ListedBy(PERMISSION_COLUMNS)
export class PermissionListQuery extends ListQuery {}
