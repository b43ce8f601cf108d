import { Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Query } from '../../api/input/query.decorator.js';
import { includedFields, picked } from '../../api/lists/included-fields.js';
import { listEnvelope, type ListEnvelope } from '../../api/lists/list-envelope.js';
import { pageRequestOf } from '../../api/lists/listed-by.decorator.js';
import { AnswersLastState } from '../../api/http/last-state.decorator.js';
import { ApiErrors, InstallationApi } from '../../api/openapi/open-api.js';
import type { Principal } from '../../auth/principal.js';
import { TenantInPath } from '../../auth/tenant-in-path.decorator.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { CurrentPrincipal } from '../../tenant-scope/current-principal.decorator.js';
import {
  RequireInstallationPermission,
  RequirePermission,
} from '../../tenant-scope/require-permission.decorator.js';
import { Tenant } from '../../tenant-scope/tenant.decorator.js';
import { TENANT_COLUMNS, type TenantCounts } from '../../tenants/tenant-overview.js';
import { TenantsService } from '../../tenants/tenants.service.js';
import { TenantDirectory } from '../../users/tenant-directory.service.js';
import { GetDataQuery, wantsData } from '../dto/get-data.query.js';
import { TenantListQuery } from './dto/tenant-list.query.js';
import { TENANT_FIELDS, TenantListV3, TenantV3 } from './dto/tenant-v3.js';
import { toTenantV3 } from './tenant-v3.mapper.js';

const NAME = { name: 'name', description: 'A letter, then letters, digits, `-`, `.`, `_`, `~`; at most 256' };

@Controller(['api/v3/tenants', 'api/v3.1/tenants'])
@ApiTags('Tenants')
@InstallationApi()
export class TenantsController {
  constructor(
    private readonly tenants: TenantsService,
    private readonly directory: TenantDirectory,
  ) {}

  @Get()
  @RequireInstallationPermission('tenant_list', 'tenant.list')
  @ApiOperation({ summary: 'List the tenants: every one for administrators, the own ones for others' })
  @ApiOkResponse({ type: TenantListV3 })
  async list(
    @CurrentPrincipal() { userId, caller }: Principal,
    @Query() query: TenantListQuery,
  ): Promise<ListEnvelope<Partial<TenantV3>>> {
    const fields = includedFields(query._include, TENANT_FIELDS);
    const wanted = pageRequestOf(query, TENANT_COLUMNS);
    const { items, total } = await this.directory.list(wanted, wantsData(query), userId, caller);
    return listEnvelope(
      items.map((item) => picked(toTenantV3(item), fields)),
      { total, size: query._size, offset: query._offset },
    );
  }

  @Get(':name')
  @TenantInPath()
  @RequirePermission('tenant_get', 'tenant.read')
  @ApiOperation({ summary: 'Read a tenant, for who has the right to in that tenant' })
  @ApiParam(NAME)
  @ApiOkResponse({ type: TenantV3 })
  async read(
    @Tenant() { tenantId, tenantName, caller }: TenantContext,
    @Query() query: GetDataQuery,
  ): Promise<TenantV3> {
    const tenant = { id: tenantId, name: tenantName };
    return toTenantV3(await this.directory.read(tenant, wantsData(query), caller));
  }

  @Post(':name')
  @RequireInstallationPermission('tenant_create', 'tenant.create')
  @ApiOperation({ summary: 'Create a tenant; what the body says does not matter' })
  @ApiParam(NAME)
  @ApiCreatedResponse({ type: TenantV3 })
  @ApiErrors(409)
  async create(@CurrentPrincipal() { caller }: Principal, @Param('name') name: string): Promise<TenantV3> {
    await this.tenants.create(name, caller);
    return toTenantV3(emptyTenant(name));
  }

  @Delete(':name')
  @TenantInPath()
  @RequirePermission('tenant_delete', 'tenant.delete')
  @ApiOperation({ summary: 'Delete a tenant that holds no secrets, users or groups' })
  @ApiParam(NAME)
  @AnswersLastState(TenantV3)
  @ApiErrors(409)
  async delete(@Tenant() { tenantId, tenantName, caller }: TenantContext): Promise<TenantV3> {
    await this.tenants.delete({ id: tenantId, name: tenantName }, caller);
    return toTenantV3(emptyTenant(tenantName));
  }
}

/** As it is made, and as it must be to be deleted. */
function emptyTenant(name: string): TenantCounts {
  return { name, groups: 0, users: 0 };
}
