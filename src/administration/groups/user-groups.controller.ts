import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { JsonBody, RequestBody } from '../../api/input/json-body.js';
import { Query } from '../../api/input/query.decorator.js';
import type { ListEnvelope } from '../../api/lists/list-envelope.js';
import { ListPage } from '../../api/lists/list-page.js';
import { Delete, Post } from '../../api/routes/changes.js';
import { InstallationRoute } from '../../api/routes/installation-route.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { CurrentPrincipal } from '../../tenant-scope/current-principal.decorator.js';
import { USER_GROUP_COLUMNS } from '../../users/groups/user-group-overview.js';
import { UserGroupsService } from '../../users/groups/user-groups.service.js';
import { GetDataQuery, wantsData } from '../dto/get-data.query.js';
import { UserGroupListQuery } from './dto/user-group-list.query.js';
import { USER_GROUP_FIELDS, UserGroupListV3, UserGroupV3 } from './dto/user-group-v3.js';
import { USER_GROUP_ERRORS, USER_GROUP_EXAMPLES } from './dto/user-group.examples.js';
import { NewUserGroupBody, UserGroupRoleBody } from './dto/user-group.body.js';

const NAME = { name: 'name', schema: { type: 'string' }, description: "The group's name; case is ignored" };

@Controller(['api/v3/user-groups', 'api/v3.1/user-groups'])
@ApiTags('User groups')
export class UserGroupsController {
  constructor(private readonly groups: UserGroupsService) {}

  @Get()
  @InstallationRoute('user_group_list', 'user_group.list', {
    id: 'listUserGroups',
    summary: 'List user groups',
    description: 'Lists all user groups, in the order of their names unless `_sort` says otherwise.',
    example: USER_GROUP_EXAMPLES.list,
    answer: UserGroupListV3,
  })
  async list(
    @CurrentPrincipal() { caller }: Principal,
    @Query() query: UserGroupListQuery,
  ): Promise<ListEnvelope<Partial<UserGroupV3>>> {
    const page = new ListPage(query, USER_GROUP_COLUMNS, USER_GROUP_FIELDS);
    const found = await this.groups.list(page.request, wantsData(query), caller);
    return page.answer(found, (group): UserGroupV3 => group);
  }

  @Post()
  @InstallationRoute('user_group_create', 'user_group.create', {
    id: 'createUserGroup',
    summary: 'Create a user group',
    description: 'Creates a group without members. With the role `sys_admin` its members are administrators.',
    example: USER_GROUP_EXAMPLES.create,
    body: NewUserGroupBody,
    answer: UserGroupV3,
    status: 201,
    errors: [USER_GROUP_ERRORS.reserved, USER_GROUP_ERRORS.exists],
  })
  async create(
    @CurrentPrincipal() { caller }: Principal,
    @RequestBody() body: JsonBody,
  ): Promise<UserGroupV3> {
    const { group_name: name, ldap_group_dn: ldapDn, role } = await body.read(NewUserGroupBody);
    return this.groups.create({ name, ldapDn: ldapDn ?? null, role: role ?? 'default' }, caller);
  }

  @Get(':name')
  @InstallationRoute('user_group_get', 'user_group.read', {
    id: 'readUserGroup',
    summary: 'Read a user group',
    description: 'Returns a group, with the number of its users and tenants or with their names.',
    example: USER_GROUP_EXAMPLES.read,
    errors: [USER_GROUP_ERRORS.missing],
    parameters: [NAME],
    answer: UserGroupV3,
  })
  read(
    @CurrentPrincipal() { caller }: Principal,
    @Param('name') name: string,
    @Query() query: GetDataQuery,
  ): Promise<UserGroupV3> {
    return this.groups.read(name, wantsData(query), caller);
  }

  @Post(':name')
  @InstallationRoute('user_group_update', 'user_group.set_role', {
    id: 'setUserGroupRole',
    summary: 'Change the role of a user group',
    description: 'Replaces the system role that the members have through the group.',
    parameters: [NAME],
    body: UserGroupRoleBody,
    answer: UserGroupV3,
    example: USER_GROUP_EXAMPLES.setRole,
    errors: [USER_GROUP_ERRORS.badRole, USER_GROUP_ERRORS.missing, USER_GROUP_ERRORS.lastRole],
  })
  async setRole(
    @CurrentPrincipal() { caller }: Principal,
    @Param('name') name: string,
    @RequestBody() body: JsonBody,
  ): Promise<UserGroupV3> {
    const { role } = await body.read(UserGroupRoleBody);
    return this.groups.setRole(name, role, caller);
  }

  @Delete(':name')
  @InstallationRoute('user_group_delete', 'user_group.delete', {
    id: 'deleteUserGroup',
    summary: 'Delete a user group',
    description:
      'Deletes a group, and with it the roles that its members had through it. Version 3 answers what it was.',
    parameters: [NAME],
    answer: { v3: UserGroupV3, 'v3.1': null },
    example: USER_GROUP_EXAMPLES.delete,
    errors: [USER_GROUP_ERRORS.missing, USER_GROUP_ERRORS.isLast],
  })
  delete(@CurrentPrincipal() { caller }: Principal, @Param('name') name: string): Promise<UserGroupV3> {
    return this.groups.delete(name, caller);
  }
}
