import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Query } from '../../api/input/query.decorator.js';
import type { ListEnvelope } from '../../api/lists/list-envelope.js';
import { NAME as NAME_SCHEMA } from '../../api/openapi/schemas.js';
import { ListPage } from '../../api/lists/list-page.js';
import { Delete, Post } from '../../api/routes/changes.js';
import { IgnoredFields } from '../../api/routes/ignored-fields.decorator.js';
import { InstallationRoute } from '../../api/routes/installation-route.decorator.js';
import { TenantRoute } from '../../api/routes/tenant-route.decorator.js';
import type { Principal } from '../../auth/principal.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { CurrentPrincipal } from '../../tenant-scope/current-principal.decorator.js';
import { Tenant } from '../../tenant-scope/tenant.decorator.js';
import { TENANT_COLUMNS, type TenantCounts } from '../../tenants/tenant-overview.js';
import { TenantsService } from '../../tenants/tenants.service.js';
import { TenantDirectory } from '../../users/tenant-directory.service.js';
import { GetDataQuery, wantsData } from '../dto/get-data.query.js';
import { TenantListQuery } from './dto/tenant-list.query.js';
import { TENANT_ERRORS, TENANT_EXAMPLES } from './dto/tenant.examples.js';
import { TENANT_FIELDS, TenantListV3, TenantV3 } from './dto/tenant-v3.js';
import { toTenantV3 } from './tenant-v3.mapper.js';

const NAME = {
  name: 'name',
  schema: NAME_SCHEMA,
  description:
    'The name of the tenant: starts with a letter, followed by letters, digits, `-`, `.`, `_` or `~`; at most 256 characters',
};

@Controller(['api/v3/tenants', 'api/v3.1/tenants'])
@ApiTags('Tenants')
export class TenantsController {
  constructor(
    private readonly tenants: TenantsService,
    private readonly directory: TenantDirectory,
  ) {}

  @Get()
  @InstallationRoute('tenant_list', 'tenant.list', {
    id: 'listTenants',
    summary: 'List tenants',
    description: 'Lists all tenants for administrators, and for others those in which they have a role.',
    example: TENANT_EXAMPLES.list,
    answer: TenantListV3,
  })
  async list(
    @CurrentPrincipal() { userId, caller }: Principal,
    @Query() query: TenantListQuery,
  ): Promise<ListEnvelope<Partial<TenantV3>>> {
    const page = new ListPage(query, TENANT_COLUMNS, TENANT_FIELDS);
    const found = await this.directory.list(page.request, wantsData(query), userId, caller);
    return page.answer(found, toTenantV3);
  }

  @Get(':name')
  @TenantRoute('tenant_get', 'tenant.read', {
    id: 'readTenant',
    summary: 'Read a tenant',
    description:
      'Returns how many users and groups a tenant has, or who they are. The permission counts in that tenant.',
    example: TENANT_EXAMPLES.read,
    parameters: [NAME],
    answer: TenantV3,
    tenantInPath: true,
  })
  async read(
    @Tenant() { tenantId: id, tenantName: name, caller }: TenantContext,
    @Query() query: GetDataQuery,
  ): Promise<TenantV3> {
    return toTenantV3(await this.directory.read({ id, name }, wantsData(query), caller));
  }

  @Post(':name')
  @IgnoredFields('rabbitmq_password')
  @InstallationRoute('tenant_create', 'tenant.create', {
    id: 'createTenant',
    summary: 'Create a tenant',
    description: 'Creates a tenant without members, with an encryption key of its own.',
    example: TENANT_EXAMPLES.create,
    parameters: [NAME],
    answer: TenantV3,
    status: 201,
    errors: [TENANT_ERRORS.badName, TENANT_ERRORS.exists],
  })
  async create(@CurrentPrincipal() { caller }: Principal, @Param('name') name: string): Promise<TenantV3> {
    await this.tenants.create(name, caller);
    return toTenantV3(emptyTenant(name));
  }

  @Delete(':name')
  @TenantRoute('tenant_delete', 'tenant.delete', {
    id: 'deleteTenant',
    summary: 'Delete a tenant',
    description:
      'Deletes a tenant that has no secrets, users or groups, and purges its trash. Version 3 answers what the tenant was.',
    example: TENANT_EXAMPLES.delete,
    parameters: [NAME],
    answer: { v3: TenantV3, 'v3.1': null },
    errors: [TENANT_ERRORS.notEmpty],
    tenantInPath: true,
  })
  async delete(@Tenant() { tenantId: id, tenantName: name, caller }: TenantContext): Promise<TenantV3> {
    await this.tenants.delete({ id, name }, caller);
    return toTenantV3(emptyTenant(name));
  }
}

/** Returns the response for a tenant that was just created or deleted, and so has no members. */
function emptyTenant(name: string): TenantCounts {
  return { name, groups: 0, users: 0 };
}
