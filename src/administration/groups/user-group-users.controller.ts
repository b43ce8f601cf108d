import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { JsonBody, RequestBody } from '../../api/input/json-body.js';
import { Delete, Put } from '../../api/routes/changes.js';
import { InstallationRoute } from '../../api/routes/installation-route.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { CurrentPrincipal } from '../../tenant-scope/current-principal.decorator.js';
import { UserGroupsService } from '../../users/groups/user-groups.service.js';
import { UserGroupV3 } from './dto/user-group-v3.js';
import { GroupUserBody } from './dto/user-group.body.js';

@Controller(['api/v3/user-groups/users', 'api/v3.1/user-groups/users'])
@ApiTags('User groups')
export class UserGroupUsersController {
  constructor(private readonly groups: UserGroupsService) {}

  @Put()
  @InstallationRoute('user_group_add_user', 'user_group.add_user', {
    summary: 'Make a user a member of a group',
    body: GroupUserBody,
    answer: UserGroupV3,
    errors: [409],
  })
  async add(@CurrentPrincipal() { caller }: Principal, @RequestBody() body: JsonBody): Promise<UserGroupV3> {
    const { group_name: group, username } = await body.read(GroupUserBody);
    return this.groups.addUser(group, username, caller);
  }

  @Delete()
  @InstallationRoute('user_group_remove_user', 'user_group.remove_user', {
    summary: "End a user's membership of a group",
    body: GroupUserBody,
    answer: { v3: UserGroupV3, 'v3.1': null },
    errors: [409],
  })
  async remove(
    @CurrentPrincipal() { caller }: Principal,
    @RequestBody() body: JsonBody,
  ): Promise<UserGroupV3> {
    const { group_name: group, username } = await body.read(GroupUserBody);
    return this.groups.removeUser(group, username, caller);
  }
}
