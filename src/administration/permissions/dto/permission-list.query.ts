import { ListedBy } from '../../../api/lists/listed-by.decorator.js';
import { ListQuery } from '../../../api/lists/list.query.js';
import { PERMISSION_COLUMNS } from '../../../users/permissions/role-permissions.service.js';

@ListedBy(PERMISSION_COLUMNS)
export class PermissionListQuery extends ListQuery {}
