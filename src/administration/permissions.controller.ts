import { Controller, Delete, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { listEnvelope, type ListEnvelope } from '../api/list-envelope.js';
import { ApiErrors, InstallationApi } from '../api/open-api.js';
import { PageQuery } from '../api/paging.js';
import type { Principal } from '../auth/principal.js';
import { CurrentPrincipal } from '../tenant-scope/current-principal.decorator.js';
import { RequireInstallationPermission } from '../tenant-scope/require-permission.decorator.js';
import { GIVES_PERMISSIONS } from '../users/known-permissions.js';
import { RolePermissions, type RolePermission } from '../users/role-permissions.service.js';
import { PermissionListV3, PermissionV3 } from './dto/permission-v3.js';

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
  async list(@Query() query: PageQuery): Promise<ListEnvelope<PermissionV3>> {
    return pageOf(await this.permissions.list(), query);
  }

  @Get(':role')
  @RequireInstallationPermission(GIVES_PERMISSIONS, 'permission.list')
  @ApiOperation({ summary: 'List the permissions of a role' })
  @ApiParam(ROLE)
  @ApiOkResponse({ type: PermissionListV3 })
  async listOfRole(
    @Param('role') role: string,
    @Query() query: PageQuery,
  ): Promise<ListEnvelope<PermissionV3>> {
    return pageOf(await this.permissions.list(role), query);
  }

  @Get(':role/:permission')
  @RequireInstallationPermission(GIVES_PERMISSIONS, 'permission.read')
  @ApiOperation({ summary: 'Whether a role holds a permission' })
  @ApiParam(ROLE)
  @ApiParam(PERMISSION)
  @ApiOkResponse({ type: PermissionV3 })
  read(@Param('role') role: string, @Param('permission') permission: string): Promise<PermissionV3> {
    return this.permissions.find({ role, permission });
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

/** The table is small and bounded, so a page is cut from the whole. */
function pageOf(all: readonly RolePermission[], query: PageQuery): ListEnvelope<PermissionV3> {
  const { _size: size, _offset: offset } = query;
  return listEnvelope(all.slice(offset, offset + size), { total: all.length, size, offset });
}
