import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Query } from '../../api/input/query.decorator.js';
import type { ListEnvelope } from '../../api/lists/list-envelope.js';
import { ListPage } from '../../api/lists/list-page.js';
import { Delete, Put } from '../../api/routes/changes.js';
import { InstallationRoute } from '../../api/routes/installation-route.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { CurrentPrincipal } from '../../tenant-scope/current-principal.decorator.js';
import { GIVES_PERMISSIONS } from '../../users/permissions/known-permissions.js';
import { PERMISSION_COLUMNS } from '../../users/permissions/role-permission.js';
import { RolePermissions } from '../../users/permissions/role-permissions.service.js';
import { PermissionListQuery } from './dto/permission-list.query.js';
import { PERMISSION_FIELDS, PermissionListV3, PermissionV3 } from './dto/permission-v3.js';

const ROLE = { name: 'role', example: 'viewer' };
const PERMISSION = { name: 'permission', example: 'secret_get' };

@Controller(['api/v3/permissions', 'api/v3.1/permissions'])
@ApiTags('Permissions')
export class PermissionsController {
  constructor(private readonly permissions: RolePermissions) {}

  @Get()
  @InstallationRoute(GIVES_PERMISSIONS, 'permission.list', {
    summary: 'List the permissions of all roles',
    answer: PermissionListV3,
  })
  async list(
    @CurrentPrincipal() { caller }: Principal,
    @Query() query: PermissionListQuery,
  ): Promise<ListEnvelope<Partial<PermissionV3>>> {
    const page = new ListPage(query, PERMISSION_COLUMNS, PERMISSION_FIELDS);
    const found = await this.permissions.list(page.request, undefined, caller);
    return page.answer(found, (rolePermission): PermissionV3 => rolePermission);
  }

  @Get(':role')
  @InstallationRoute(GIVES_PERMISSIONS, 'permission.list', {
    summary: 'List the permissions of a role',
    parameters: [ROLE],
    answer: PermissionListV3,
  })
  async listOfRole(
    @CurrentPrincipal() { caller }: Principal,
    @Param('role') role: string,
    @Query() query: PermissionListQuery,
  ): Promise<ListEnvelope<Partial<PermissionV3>>> {
    const page = new ListPage(query, PERMISSION_COLUMNS, PERMISSION_FIELDS);
    const found = await this.permissions.list(page.request, role, caller);
    return page.answer(found, (rolePermission): PermissionV3 => rolePermission);
  }

  @Get(':role/:permission')
  @InstallationRoute(GIVES_PERMISSIONS, 'permission.read', {
    summary: 'Check that a role has a permission',
    parameters: [ROLE, PERMISSION],
    answer: PermissionV3,
  })
  read(
    @CurrentPrincipal() { caller }: Principal,
    @Param('role') role: string,
    @Param('permission') permission: string,
  ): Promise<PermissionV3> {
    return this.permissions.read({ role, permission }, caller);
  }

  @Put(':role/:permission')
  @InstallationRoute(GIVES_PERMISSIONS, 'permission.add', {
    summary: 'Give a permission to a role',
    parameters: [ROLE, PERMISSION],
    answer: PermissionV3,
    errors: [409],
  })
  async add(
    @CurrentPrincipal() { caller }: Principal,
    @Param('role') role: string,
    @Param('permission') permission: string,
  ): Promise<PermissionV3> {
    await this.permissions.add({ role, permission }, caller);
    return { role, permission };
  }

  @Delete(':role/:permission')
  @InstallationRoute(GIVES_PERMISSIONS, 'permission.remove', {
    summary: 'Take a permission from a role',
    parameters: [ROLE, PERMISSION],
    errors: [409],
  })
  remove(
    @CurrentPrincipal() { caller }: Principal,
    @Param('role') role: string,
    @Param('permission') permission: string,
  ): Promise<void> {
    return this.permissions.remove({ role, permission }, caller);
  }
}
