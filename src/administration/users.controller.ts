import { Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import { CalledVersion, type ApiVersion } from '../api/api-version.decorator.js';
import { flagOf } from '../api/is-flag.decorator.js';
import { JsonBody, RequestBody } from '../api/json-body.js';
import { AnswersLastState } from '../api/last-state.decorator.js';
import { listEnvelope, type ListEnvelope } from '../api/list-envelope.js';
import { ApiErrors, InstallationApi } from '../api/open-api.js';
import type { Principal } from '../auth/principal.js';
import { CurrentPrincipal } from '../tenant-scope/current-principal.decorator.js';
import { RequireInstallationPermission } from '../tenant-scope/require-permission.decorator.js';
import { UserAdministration } from '../users/user-administration.service.js';
import { UserDirectory, type UserSort } from '../users/user-directory.js';
import { UsersService } from '../users/users.service.js';
import { TenantRolesV3, UserListV3, UserTenantRolesV3, UserV3 } from './dto/user-v3.js';
import { NewUserBody, UserActivationBody, UserChangeBody } from './dto/user.bodies.js';
import { UserListQuery, UserQuery } from './dto/user.query.js';
import { readRole } from './system-role.js';
import { readChange, readTime, refusePrehashed } from './user-change.js';
import { UserRights } from './user-rights.js';
import { toUserV3 } from './user.mapper.js';

const NAME = { name: 'name', description: "The user's name, in any case" };

@Controller(['api/v3/users', 'api/v3.1/users'])
@ApiTags('Users')
@ApiExtraModels(TenantRolesV3, UserTenantRolesV3)
@InstallationApi()
export class UsersController {
  constructor(
    private readonly directory: UserDirectory,
    private readonly users: UsersService,
    private readonly administration: UserAdministration,
    private readonly rights: UserRights,
  ) {}

  @Get()
  @RequireInstallationPermission('user_list', 'user.list')
  @ApiOperation({ summary: 'List the users' })
  @ApiOkResponse({ type: UserListV3 })
  async list(
    @Query() query: UserListQuery,
    @CalledVersion() version: ApiVersion,
  ): Promise<ListEnvelope<UserV3>> {
    const page = { size: query._size, offset: query._offset };
    const { _sort: sort = 'username' } = query;
    const { items, total } = await this.directory.list({
      ...page,
      sort: sort.replace(/^-/, '') as UserSort,
      descending: sort.startsWith('-'),
      search: query._search,
    });
    const withData = flagOf(query._get_data) === true;
    return listEnvelope(
      items.map((item) => toUserV3(item, withData, version)),
      { ...page, total },
    );
  }

  @Get(':name')
  @RequireInstallationPermission('user_get', 'user.read')
  @ApiOperation({ summary: 'Show a user' })
  @ApiParam(NAME)
  @ApiOkResponse({ type: UserV3 })
  read(
    @Param('name') name: string,
    @Query() query: UserQuery,
    @CalledVersion() version: ApiVersion,
  ): Promise<UserV3> {
    return this.show(name, version, flagOf(query._get_data) === true);
  }

  @Put()
  @HttpCode(201)
  @RequireInstallationPermission('user_create', 'user.create')
  @ApiOperation({ summary: 'Create a user' })
  @ApiBody({ type: NewUserBody })
  @ApiCreatedResponse({ type: UserV3 })
  @ApiErrors(409, 415)
  async create(
    @CurrentPrincipal() principal: Principal,
    @RequestBody() body: JsonBody,
    @CalledVersion() version: ApiVersion,
  ): Promise<UserV3> {
    const input = await body.read(NewUserBody);
    refusePrehashed(input);
    const { username, password } = input;
    const systemRole = readRole(input.role ?? 'default', version);
    const times = {
      createdAt: readTime('created_at', input.created_at),
      firstLoginAt: readTime('first_login_at', input.first_login_at),
      lastLoginAt: readTime('last_login_at', input.last_login_at),
    };
    if (Object.values(times).some((time) => time !== undefined)) {
      await this.rights.require(principal, 'set_timestamp', 'user.create', username);
    }
    await this.users.create({ username, password, systemRole, ...times }, principal.caller);
    return this.show(username, version);
  }

  /** Everybody comes in, for the own password; whatever else is asked for needs its right. */
  @Post(':name')
  @HttpCode(200)
  @RequireInstallationPermission('user_get_self', 'user.update')
  @ApiOperation({
    summary: "Change a user's password, role or flag; of oneself, everybody may change the password",
  })
  @ApiParam(NAME)
  @ApiBody({ type: UserChangeBody })
  @ApiOkResponse({ type: UserV3 })
  @ApiErrors(409, 415)
  async update(
    @CurrentPrincipal() principal: Principal,
    @Param('name') name: string,
    @RequestBody() body: JsonBody,
    @CalledVersion() version: ApiVersion,
  ): Promise<UserV3> {
    const { caller } = principal;
    const isSelf = principal.username.toLowerCase() === name.toLowerCase();
    if (!isSelf) await this.rights.require(principal, 'user_update', 'user.update', name);
    const change = readChange(await body.read(UserChangeBody), version);
    if (change.kind === 'password') {
      // What only lends its bearer the rights for a while must not give them for good.
      if (isSelf && caller.method !== 'basic') {
        await this.rights.refuse(principal, 'a password, to change the own one', 'user.set_password', name);
      }
      await this.users.setPassword(name, change.password, caller);
    } else if (change.kind === 'role') {
      await this.rights.require(principal, 'user_set_role', 'user.set_role', name);
      await this.administration.setRole(name, change.role, caller);
    } else {
      await this.rights.require(principal, 'user_update', 'user.update', name);
      await this.administration.setShowGettingStarted(name, change.show, caller);
    }
    return this.show(name, version);
  }

  @Post('active/:name')
  @HttpCode(200)
  @RequireInstallationPermission('user_set_activated', 'user.set_activated')
  @ApiOperation({ summary: 'Activate or deactivate a user' })
  @ApiParam(NAME)
  @ApiBody({ type: UserActivationBody })
  @ApiOkResponse({ type: UserV3 })
  @ApiErrors(409, 415)
  async setActive(
    @CurrentPrincipal() { caller }: Principal,
    @Param('name') name: string,
    @RequestBody() body: JsonBody,
    @CalledVersion() version: ApiVersion,
  ): Promise<UserV3> {
    const { action } = await body.read(UserActivationBody);
    await this.administration.setActive(name, action === 'activate', caller);
    return this.show(name, version);
  }

  @Post('unlock/:name')
  @HttpCode(200)
  @RequireInstallationPermission('user_unlock', 'user.unlock')
  @ApiOperation({ summary: 'Let a user log in again after too many wrong passwords' })
  @ApiParam(NAME)
  @ApiOkResponse({ type: UserV3 })
  @ApiErrors(409)
  async unlock(
    @CurrentPrincipal() { caller }: Principal,
    @Param('name') name: string,
    @CalledVersion() version: ApiVersion,
  ): Promise<UserV3> {
    await this.administration.unlock(name, caller);
    return this.show(name, version);
  }

  @Delete(':name')
  @RequireInstallationPermission('user_delete', 'user.delete')
  @ApiOperation({ summary: 'Delete a user who owns no secrets' })
  @ApiParam(NAME)
  @AnswersLastState(UserV3)
  @ApiErrors(409)
  async delete(
    @CurrentPrincipal() { caller }: Principal,
    @Param('name') name: string,
    @CalledVersion() version: ApiVersion,
  ): Promise<UserV3> {
    return toUserV3(await this.administration.delete(name, caller), false, version);
  }

  private async show(name: string, version: ApiVersion, withData = false): Promise<UserV3> {
    return toUserV3(await this.directory.find(name), withData, version);
  }
}
