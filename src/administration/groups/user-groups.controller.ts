import { Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Query } from '../../api/input/query.decorator.js';
import { JsonBody, RequestBody } from '../../api/input/json-body.js';
import { includedFields, picked } from '../../api/lists/included-fields.js';
import { listEnvelope, type ListEnvelope } from '../../api/lists/list-envelope.js';
import { pageRequestOf } from '../../api/lists/listed-by.decorator.js';
import { AnswersLastState } from '../../api/http/last-state.decorator.js';
import { ApiErrors, InstallationApi } from '../../api/openapi/open-api.js';
import type { Principal } from '../../auth/principal.js';
import { CurrentPrincipal } from '../../tenant-scope/current-principal.decorator.js';
import { RequireInstallationPermission } from '../../tenant-scope/require-permission.decorator.js';
import { USER_GROUP_COLUMNS } from '../../users/groups/user-group-overview.js';
import { UserGroupsService } from '../../users/groups/user-groups.service.js';
import { GetDataQuery, wantsData } from '../dto/get-data.query.js';
import { UserGroupListQuery } from './dto/user-group-list.query.js';
import { USER_GROUP_FIELDS, UserGroupListV3, UserGroupV3 } from './dto/user-group-v3.js';
import { NewUserGroupBody, UserGroupRoleBody } from './dto/user-group.body.js';

const NAME = { name: 'name', description: 'In any case' };

@Controller(['api/v3/user-groups', 'api/v3.1/user-groups'])
@ApiTags('User groups')
@InstallationApi()
export class UserGroupsController {
  constructor(private readonly groups: UserGroupsService) {}

  @Get()
  @RequireInstallationPermission('user_group_list', 'user_group.list')
  @ApiOperation({ summary: 'List the user groups' })
  @ApiOkResponse({ type: UserGroupListV3 })
  async list(
    @CurrentPrincipal() { caller }: Principal,
    @Query() query: UserGroupListQuery,
  ): Promise<ListEnvelope<Partial<UserGroupV3>>> {
    const fields = includedFields(query._include, USER_GROUP_FIELDS);
    const wanted = pageRequestOf(query, USER_GROUP_COLUMNS);
    const { items, total } = await this.groups.list(wanted, wantsData(query), caller);
    return listEnvelope(
      items.map((item) => picked<UserGroupV3>(item, fields)),
      { total, size: query._size, offset: query._offset },
    );
  }

  @Post()
  @RequireInstallationPermission('user_group_create', 'user_group.create')
  @ApiOperation({ summary: 'Create a user group' })
  @ApiBody({ type: NewUserGroupBody })
  @ApiCreatedResponse({ type: UserGroupV3 })
  @ApiErrors(409, 415)
  async create(
    @CurrentPrincipal() { caller }: Principal,
    @RequestBody() body: JsonBody,
  ): Promise<UserGroupV3> {
    const { group_name: name, ldap_group_dn: ldapDn, role } = await body.read(NewUserGroupBody);
    return this.groups.create({ name, ldapDn: ldapDn ?? null, role: role ?? 'default' }, caller);
  }

  @Get(':name')
  @RequireInstallationPermission('user_group_get', 'user_group.read')
  @ApiOperation({ summary: 'Read a user group' })
  @ApiParam(NAME)
  @ApiOkResponse({ type: UserGroupV3 })
  read(
    @CurrentPrincipal() { caller }: Principal,
    @Param('name') name: string,
    @Query() query: GetDataQuery,
  ): Promise<UserGroupV3> {
    return this.groups.read(name, wantsData(query), caller);
  }

  @Post(':name')
  @HttpCode(200)
  @RequireInstallationPermission('user_group_update', 'user_group.set_role')
  @ApiOperation({ summary: "Change a user group's role" })
  @ApiParam(NAME)
  @ApiBody({ type: UserGroupRoleBody })
  @ApiOkResponse({ type: UserGroupV3 })
  @ApiErrors(409, 415)
  async setRole(
    @CurrentPrincipal() { caller }: Principal,
    @Param('name') name: string,
    @RequestBody() body: JsonBody,
  ): Promise<UserGroupV3> {
    const { role } = await body.read(UserGroupRoleBody);
    return this.groups.setRole(name, role, caller);
  }

  @Delete(':name')
  @RequireInstallationPermission('user_group_delete', 'user_group.delete')
  @ApiOperation({ summary: 'Delete a user group' })
  @ApiParam(NAME)
  @AnswersLastState(UserGroupV3)
  @ApiErrors(409)
  delete(@CurrentPrincipal() { caller }: Principal, @Param('name') name: string): Promise<UserGroupV3> {
    return this.groups.delete(name, caller);
  }
}
