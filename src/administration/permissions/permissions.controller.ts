import { Controller, Delete, Get, HttpCode, Param, Put } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Query } from '../../api/input/query.decorator.js';
import { includedFields, picked } from '../../api/lists/included-fields.js';
import { listEnvelope, type ListEnvelope } from '../../api/lists/list-envelope.js';
import { pageRequestOf } from '../../api/lists/listed-by.decorator.js';
import { ApiErrors, InstallationApi } from '../../api/openapi/open-api.js';
import type { Principal } from '../../auth/principal.js';
import type { Caller } from '../../common/tenant-context.js';
import { CurrentPrincipal } from '../../tenant-scope/current-principal.decorator.js';
import { RequireInstallationPermission } from '../../tenant-scope/require-permission.decorator.js';
import { GIVES_PERMISSIONS } from '../../users/permissions/known-permissions.js';
import { PERMISSION_COLUMNS, RolePermissions } from '../../users/permissions/role-permissions.service.js';
import { PermissionListQuery } from './dto/permission-list.query.js';
import { PERMISSION_FIELDS, PermissionListV3, PermissionV3 } from './dto/permission-v3.js';

const ROLE = { name: 'role', example: 'viewer' };
const PERMISSION = { name: 'permission', example: 'secret_get' };

@Controller(['api/v3/permissions', 'api/v3.1/permissions'])
@ApiTags('Permissions')
@InstallationApi()
export class PermissionsController {
  constructor(private readonly permissions: RolePermissions) {}

  @Get()
  @RequireInstallationPermission(GIVES_PERMISSIONS, 'permission.list')
  @ApiOperation({ summary: 'List which roles hold which permissions' })
  @ApiOkResponse({ type: PermissionListV3 })
  list(
    @CurrentPrincipal() { caller }: Principal,
    @Query() query: PermissionListQuery,
  ): Promise<ListEnvelope<Partial<PermissionV3>>> {
    return pageOf(this.permissions, query, undefined, caller);
  }

  @Get(':role')
  @RequireInstallationPermission(GIVES_PERMISSIONS, 'permission.list')
  @ApiOperation({ summary: 'List the permissions of a role' })
  @ApiParam(ROLE)
  @ApiOkResponse({ type: PermissionListV3 })
  listOfRole(
    @CurrentPrincipal() { caller }: Principal,
    @Param('role') role: string,
    @Query() query: PermissionListQuery,
  ): Promise<ListEnvelope<Partial<PermissionV3>>> {
    return pageOf(this.permissions, query, role, caller);
  }

  @Get(':role/:permission')
  @RequireInstallationPermission(GIVES_PERMISSIONS, 'permission.read')
  @ApiOperation({ summary: 'Whether a role holds a permission' })
  @ApiParam(ROLE)
  @ApiParam(PERMISSION)
  @ApiOkResponse({ type: PermissionV3 })
  read(
    @CurrentPrincipal() { caller }: Principal,
    @Param('role') role: string,
    @Param('permission') permission: string,
  ): Promise<PermissionV3> {
    return this.permissions.read({ role, permission }, caller);
  }

  @Put(':role/:permission')
  @HttpCode(200)
  @RequireInstallationPermission(GIVES_PERMISSIONS, 'permission.add')
  @ApiOperation({ summary: 'Give a permission to a role' })
  @ApiParam(ROLE)
  @ApiParam(PERMISSION)
  @ApiOkResponse({ type: PermissionV3 })
  @ApiErrors(409)
  async add(
    @CurrentPrincipal() { caller }: Principal,
    @Param('role') role: string,
    @Param('permission') permission: string,
  ): Promise<PermissionV3> {
    await this.permissions.add({ role, permission }, caller);
    return { role, permission };
  }

  @Delete(':role/:permission')
  @HttpCode(204)
  @RequireInstallationPermission(GIVES_PERMISSIONS, 'permission.remove')
  @ApiOperation({ summary: 'Take a permission from a role' })
  @ApiParam(ROLE)
  @ApiParam(PERMISSION)
  @ApiNoContentResponse({ description: 'Taken' })
  @ApiErrors(409)
  remove(
    @CurrentPrincipal() { caller }: Principal,
    @Param('role') role: string,
    @Param('permission') permission: string,
  ): Promise<void> {
    return this.permissions.remove({ role, permission }, caller);
  }
}

async function pageOf(
  permissions: RolePermissions,
  query: PermissionListQuery,
  role: string | undefined,
  caller: Caller,
): Promise<ListEnvelope<Partial<PermissionV3>>> {
  const fields = includedFields(query._include, PERMISSION_FIELDS);
  const { items, total } = await permissions.list(pageRequestOf(query, PERMISSION_COLUMNS), role, caller);
  return listEnvelope(
    items.map((item) => picked(item, fields)),
    { total, size: query._size, offset: query._offset },
  );
}
