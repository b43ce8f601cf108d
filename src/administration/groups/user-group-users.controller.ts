import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { JsonBody, RequestBody } from '../../api/input/json-body.js';
import { Delete, Put } from '../../api/routes/changes.js';
import { InstallationRoute } from '../../api/routes/installation-route.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { CurrentPrincipal } from '../../tenant-scope/current-principal.decorator.js';
import { UserGroupsService } from '../../users/groups/user-groups.service.js';
import { UserGroupV3 } from './dto/user-group-v3.js';
import { USER_GROUP_ERRORS, USER_GROUP_EXAMPLES } from './dto/user-group.examples.js';
import { GroupUserBody } from './dto/user-group.body.js';

@Controller(['api/v3/user-groups/users', 'api/v3.1/user-groups/users'])
@ApiTags('User groups')
export class UserGroupUsersController {
  constructor(private readonly groups: UserGroupsService) {}

  @Put()
  @InstallationRoute('user_group_add_user', 'user_group.add_user', {
    id: 'addUserToGroup',
    summary: 'Add a user to a group',
    description: 'Makes a user a member of a group, which gives the user the roles of the group.',
    body: GroupUserBody,
    answer: UserGroupV3,
    example: USER_GROUP_EXAMPLES.addUser,
    errors: [USER_GROUP_ERRORS.missing, USER_GROUP_ERRORS.isMember],
  })
  async add(@CurrentPrincipal() { caller }: Principal, @RequestBody() body: JsonBody): Promise<UserGroupV3> {
    const { group_name: group, username } = await body.read(GroupUserBody);
    return this.groups.addUser(group, username, caller);
  }

  @Delete()
  @InstallationRoute('user_group_remove_user', 'user_group.remove_user', {
    id: 'removeUserFromGroup',
    summary: 'Remove a user from a group',
    description:
      'Ends the membership of a user, and with it the roles through the group. Version 3 answers what is left.',
    body: GroupUserBody,
    answer: { v3: UserGroupV3, 'v3.1': null },
    example: USER_GROUP_EXAMPLES.removeUser,
    errors: [USER_GROUP_ERRORS.missing, USER_GROUP_ERRORS.isNoMember, USER_GROUP_ERRORS.lastMember],
  })
  async remove(
    @CurrentPrincipal() { caller }: Principal,
    @RequestBody() body: JsonBody,
  ): Promise<UserGroupV3> {
    const { group_name: group, username } = await body.read(GroupUserBody);
    return this.groups.removeUser(group, username, caller);
  }
}
