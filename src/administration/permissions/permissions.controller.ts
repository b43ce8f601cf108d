import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Query } from '../../api/input/query.decorator.js';
import type { ListEnvelope } from '../../api/lists/list-envelope.js';
import { ListPage } from '../../api/lists/list-page.js';
import { Delete, Put } from '../../api/routes/changes.js';
import { InstallationRoute } from '../../api/routes/installation-route.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { CurrentPrincipal } from '../../tenant-scope/current-principal.decorator.js';
import {
  GIVES_PERMISSIONS,
  KNOWN_PERMISSIONS,
  KNOWN_ROLES,
} from '../../users/permissions/known-permissions.js';
import { PERMISSION_COLUMNS } from '../../users/permissions/role-permission.js';
import { RolePermissions } from '../../users/permissions/role-permissions.service.js';
import { PermissionListQuery } from './dto/permission-list.query.js';
import { PERMISSION_ERRORS, PERMISSION_EXAMPLES } from './dto/permission.examples.js';
import { PERMISSION_FIELDS, PermissionListV3, PermissionV3 } from './dto/permission-v3.js';

const ROLE = {
  name: 'role',
  schema: { type: 'string', enum: Object.keys(KNOWN_ROLES) },
  description: 'A role',
};
const PERMISSION = {
  name: 'permission',
  schema: { type: 'string', enum: [...KNOWN_PERMISSIONS] },
  description: 'A permission',
};

@Controller(['api/v3/permissions', 'api/v3.1/permissions'])
@ApiTags('Permissions')
export class PermissionsController {
  constructor(private readonly permissions: RolePermissions) {}

  @Get()
  @InstallationRoute(GIVES_PERMISSIONS, 'permission.list', {
    id: 'listPermissions',
    summary: 'List permissions',
    description: 'Lists which role has which permission, in the order of the names.',
    example: PERMISSION_EXAMPLES.list,
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
    id: 'listPermissionsOfRole',
    summary: 'List the permissions of a role',
    description: 'Lists the permissions that one role has, in the order of their names.',
    example: PERMISSION_EXAMPLES.listOfRole,
    errors: [PERMISSION_ERRORS.noRole],
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
    id: 'readPermission',
    summary: 'Check a permission',
    description: 'Answers 200 if the role has the permission, and 404 if not.',
    example: PERMISSION_EXAMPLES.read,
    errors: [PERMISSION_ERRORS.noRole, PERMISSION_ERRORS.lacks],
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
    id: 'addPermission',
    summary: 'Give a permission to a role',
    description: 'Gives all users with the role the permission, from their next request on.',
    example: PERMISSION_EXAMPLES.add,
    parameters: [ROLE, PERMISSION],
    answer: PermissionV3,
    errors: [PERMISSION_ERRORS.noRole, PERMISSION_ERRORS.has],
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
    id: 'removePermission',
    summary: 'Take a permission from a role',
    description: 'Takes the permission from all users with the role, from their next request on.',
    example: PERMISSION_EXAMPLES.remove,
    parameters: [ROLE, PERMISSION],
    errors: [PERMISSION_ERRORS.lacks, PERMISSION_ERRORS.needed],
  })
  remove(
    @CurrentPrincipal() { caller }: Principal,
    @Param('role') role: string,
    @Param('permission') permission: string,
  ): Promise<void> {
    return this.permissions.remove({ role, permission }, caller);
  }
}
