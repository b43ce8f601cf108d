import { ListedBy } from '../../../api/lists/listed-by.decorator.js';
import { ListQuery } from '../../../api/lists/list.query.js';
import { TENANT_COLUMNS } from '../../../tenants/tenant-overview.js';
import { GetData } from '../../dto/get-data.query.js';

@ListedBy(TENANT_COLUMNS)
export class TenantListQuery extends ListQuery {
  @GetData()
  _get_data?: string;
}
