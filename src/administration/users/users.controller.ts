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
import { TenantRolesV3, USER_FIELDS, UserListV3, UserTenantRolesV3, UserV3 } from './dto/user-v3.js';
import { NewUserBody, UserActivationBody, UserChangeBody } from './dto/user.bodies.js';
import { withStoredRoles } from './system-role.js';
import { readChange, setsTimes, toNewUser } from './user-change.js';
import { UserRights } from './user-rights.js';
import { UserUpdate } from './user-update.js';
import { toUserV3 } from './user.mapper.js';

const NAME = { name: 'name', description: "The user's name; case is ignored" };

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
  @InstallationRoute('user_list', 'user.list', { summary: 'List the users', answer: UserListV3 })
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
  @InstallationRoute('user_get', 'user.read', { summary: 'Read a user', parameters: [NAME], answer: UserV3 })
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
    summary: 'Create a user',
    body: NewUserBody,
    answer: UserV3,
    status: 201,
    errors: [409],
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
    summary: "Change a user's password, role or setting; all users may change their own password",
    parameters: [NAME],
    body: UserChangeBody,
    answer: UserV3,
    errors: [409],
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
    summary: 'Activate or deactivate a user',
    parameters: [NAME],
    body: UserActivationBody,
    answer: UserV3,
    errors: [409],
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
    summary: 'Unlock a user after too many failed logins',
    parameters: [NAME],
    answer: UserV3,
    errors: [409],
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
    summary: 'Delete a user who owns no secrets',
    parameters: [NAME],
    answer: { v3: UserV3, 'v3.1': null },
    errors: [409],
  })
  async delete(
    @CurrentPrincipal() { caller }: Principal,
    @Param('name') name: string,
    @CalledVersion() version: ApiVersion,
  ): Promise<UserV3> {
    return toUserV3(await this.administration.delete(name, caller), false, version);
  }
}
