import { Controller, Get, Param } from '@nestjs/common';
import { ApiExtraModels, ApiTags } from '@nestjs/swagger';
import { CalledVersion, type ApiVersion } from '../../api/http/api-version.decorator.js';
import { JsonBody, RequestBody } from '../../api/input/json-body.js';
import { Query } from '../../api/input/query.decorator.js';
import type { ListEnvelope } from '../../api/lists/list-envelope.js';
import { ListPage } from '../../api/lists/list-page.js';
import { Delete, Post, Put } from '../../api/routes/changes.js';
import { InstallationRoute } from '../../api/routes/installation-route.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { CurrentPrincipal } from '../../tenant-scope/current-principal.decorator.js';
import { UserAdministration } from '../../users/user-administration.service.js';
import { UserDirectory } from '../../users/user-directory.service.js';
import { USER_COLUMNS } from '../../users/user-overview.js';
import { UsersService } from '../../users/users.service.js';
import { wantsData } from '../dto/get-data.query.js';
import { UserListQuery, UserQuery } from './dto/user-list.query.js';
import {
  TenantRolesV3,
  USER_FIELDS,
  UserListV3,
  UserListV31,
  UserTenantRolesV3,
  UserV3,
  UserV31,
} from './dto/user-v3.js';
import { USER_ERRORS, USER_EXAMPLES } from './dto/user.examples.js';
import {
  NewUserBody,
  NewUserBodyV31,
  UserActivationBody,
  UserChangeBody,
  UserChangeBodyV31,
} from './dto/user.bodies.js';
import { withStoredRoles } from './system-role.js';
import { readChange, setsTimes, toNewUser } from './user-change.js';
import { UserRights } from './user-rights.js';
import { UserUpdate } from './user-update.js';
import { toUserV3 } from './user.mapper.js';

const NAME = { name: 'name', schema: { type: 'string' }, description: "The user's name; case is ignored" };
const SHOWN = { v3: UserV3, 'v3.1': UserV31 };

@Controller(['api/v3/users', 'api/v3.1/users'])
@ApiTags('Users')
@ApiExtraModels(TenantRolesV3, UserTenantRolesV3)
export class UsersController {
  constructor(
    private readonly directory: UserDirectory,
    private readonly users: UsersService,
    private readonly administration: UserAdministration,
    private readonly rights: UserRights,
    private readonly updates: UserUpdate,
  ) {}

  @Get()
  @InstallationRoute('user_list', 'user.list', {
    id: 'listUsers',
    summary: 'List users',
    description: 'Lists all users, in the order of their names unless `_sort` says otherwise.',
    answer: { v3: UserListV3, 'v3.1': UserListV31 },
    example: USER_EXAMPLES.list,
  })
  async list(
    @CurrentPrincipal() { caller }: Principal,
    @Query() query: UserListQuery,
    @CalledVersion() version: ApiVersion,
  ): Promise<ListEnvelope<Partial<UserV3>>> {
    const page = new ListPage(query, USER_COLUMNS, USER_FIELDS);
    const found = await this.directory.list(withStoredRoles(page.request, version), caller);
    return page.answer(found, (user) => toUserV3(user, wantsData(query), version));
  }

  @Get(':name')
  @InstallationRoute('user_get', 'user.read', {
    id: 'readUser',
    summary: 'Read a user',
    description: 'Returns a user, with the number of tenants and groups or with their names.',
    parameters: [NAME],
    answer: SHOWN,
    example: USER_EXAMPLES.read,
    errors: [USER_ERRORS.missing],
  })
  async read(
    @CurrentPrincipal() { caller }: Principal,
    @Param('name') name: string,
    @Query() query: UserQuery,
    @CalledVersion() version: ApiVersion,
  ): Promise<UserV3> {
    return toUserV3(await this.directory.read(name, caller), wantsData(query), version);
  }

  @Put()
  @InstallationRoute('user_create', 'user.create', {
    id: 'createUser',
    summary: 'Create a user',
    description: 'Creates a user who works in no tenant yet. Names that differ only in case are the same.',
    body: { v3: NewUserBody, 'v3.1': NewUserBodyV31 },
    answer: SHOWN,
    status: 201,
    example: USER_EXAMPLES.create,
    errors: [USER_ERRORS.badPassword, USER_ERRORS.exists],
  })
  async create(
    @CurrentPrincipal() principal: Principal,
    @RequestBody() body: JsonBody,
    @CalledVersion() version: ApiVersion,
  ): Promise<UserV3> {
    const user = toNewUser(await body.read(NewUserBody), version);
    if (setsTimes(user)) await this.rights.require(principal, 'set_timestamp', 'user.create', user.username);
    await this.users.create(user, principal.caller);
    return toUserV3(await this.directory.find(user.username), false, version);
  }

  /**
   * Admits every caller, since all users may change their own password. Any other change is checked against its
   * permission.
   */
  @Post(':name')
  @InstallationRoute('user_get_self', 'user.update', {
    id: 'updateUser',
    summary: 'Change a user',
    description:
      'Changes exactly one of password, role and setting. All users may change their own password; the rest is for ' +
      'administrators.',
    parameters: [NAME],
    body: { v3: UserChangeBody, 'v3.1': UserChangeBodyV31 },
    answer: SHOWN,
    example: USER_EXAMPLES.update,
    errors: [USER_ERRORS.severalChanges, USER_ERRORS.missing, USER_ERRORS.lastRole],
  })
  async update(
    @CurrentPrincipal() principal: Principal,
    @Param('name') name: string,
    @RequestBody() body: JsonBody,
    @CalledVersion() version: ApiVersion,
  ): Promise<UserV3> {
    await this.updates.requireRight(principal, name);
    await this.updates.run(principal, name, readChange(await body.read(UserChangeBody), version));
    return toUserV3(await this.directory.find(name), false, version);
  }

  @Post('active/:name')
  @InstallationRoute('user_set_activated', 'user.set_activated', {
    id: 'setUserActive',
    summary: 'Activate or deactivate a user',
    description: 'Lets a user log in, or refuses every later request of the user, also with a token.',
    parameters: [NAME],
    body: UserActivationBody,
    answer: SHOWN,
    example: USER_EXAMPLES.setActive,
    errors: [USER_ERRORS.missing, USER_ERRORS.isInactive, USER_ERRORS.isLast],
  })
  async setActive(
    @CurrentPrincipal() { caller }: Principal,
    @Param('name') name: string,
    @RequestBody() body: JsonBody,
    @CalledVersion() version: ApiVersion,
  ): Promise<UserV3> {
    const { action } = await body.read(UserActivationBody);
    await this.administration.setActive(name, action === 'activate', caller);
    return toUserV3(await this.directory.find(name), false, version);
  }

  @Post('unlock/:name')
  @InstallationRoute('user_unlock', 'user.unlock', {
    id: 'unlockUser',
    summary: 'Unlock a user',
    description: 'Ends the wait that follows too many failed logins, from every address.',
    parameters: [NAME],
    answer: SHOWN,
    example: USER_EXAMPLES.unlock,
    errors: [USER_ERRORS.missing, USER_ERRORS.isNotLocked],
  })
  async unlock(
    @CurrentPrincipal() { caller }: Principal,
    @Param('name') name: string,
    @CalledVersion() version: ApiVersion,
  ): Promise<UserV3> {
    await this.administration.unlock(name, caller);
    return toUserV3(await this.directory.find(name), false, version);
  }

  @Delete(':name')
  @InstallationRoute('user_delete', 'user.delete', {
    id: 'deleteUser',
    summary: 'Delete a user',
    description:
      'Deletes a user who owns no secrets, and ends the memberships and tokens. Version 3 answers who it was.',
    parameters: [NAME],
    answer: { v3: UserV3, 'v3.1': null },
    example: USER_EXAMPLES.delete,
    errors: [USER_ERRORS.missing, USER_ERRORS.hasSecrets],
  })
  async delete(
    @CurrentPrincipal() { caller }: Principal,
    @Param('name') name: string,
    @CalledVersion() version: ApiVersion,
  ): Promise<UserV3> {
    return toUserV3(await this.administration.delete(name, caller), false, version);
  }
}
