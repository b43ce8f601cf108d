import { Controller, Delete, Put } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { JsonBody, RequestBody } from '../../api/input/json-body.js';
import { AnswersLastState } from '../../api/http/last-state.decorator.js';
import { ApiErrors, InstallationApi } from '../../api/openapi/open-api.js';
import type { Principal } from '../../auth/principal.js';
import { CurrentPrincipal } from '../../tenant-scope/current-principal.decorator.js';
import { RequireInstallationPermission } from '../../tenant-scope/require-permission.decorator.js';
import { UserGroupsService } from '../../users/groups/user-groups.service.js';
import { UserGroupV3 } from './dto/user-group-v3.js';
import { GroupUserBody } from './dto/user-group.body.js';

@Controller(['api/v3/user-groups/users', 'api/v3.1/user-groups/users'])
@ApiTags('User groups')
@InstallationApi()
export class UserGroupUsersController {
  constructor(private readonly groups: UserGroupsService) {}

  @Put()
  @RequireInstallationPermission('user_group_add_user', 'user_group.add_user')
  @ApiOperation({ summary: 'Make a user a member of a group' })
  @ApiBody({ type: GroupUserBody })
  @ApiOkResponse({ type: UserGroupV3 })
  @ApiErrors(409, 415)
  async add(@CurrentPrincipal() { caller }: Principal, @RequestBody() body: JsonBody): Promise<UserGroupV3> {
    const { group_name: group, username } = await body.read(GroupUserBody);
    return this.groups.addUser(group, username, caller);
  }

  @Delete()
  @RequireInstallationPermission('user_group_remove_user', 'user_group.remove_user')
  @ApiOperation({ summary: "End a user's membership of a group" })
  @ApiBody({ type: GroupUserBody })
  @AnswersLastState(UserGroupV3)
  @ApiErrors(409, 415)
  async remove(
    @CurrentPrincipal() { caller }: Principal,
    @RequestBody() body: JsonBody,
  ): Promise<UserGroupV3> {
    const { group_name: group, username } = await body.read(GroupUserBody);
    return this.groups.removeUser(group, username, caller);
  }
}
