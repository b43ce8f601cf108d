import { ListedBy } from '../../api/listed-by.decorator.js';
import { ListQuery } from '../../api/list.query.js';
import { TENANT_COLUMNS } from '../../tenants/tenant-overview.js';
import { GetData } from './get-data.query.js';

@ListedBy(TENANT_COLUMNS)
export class TenantListQuery extends ListQuery {
  @GetData()
  _get_data?: string;
}
