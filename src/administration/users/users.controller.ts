import { Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import { Query } from '../../api/input/query.decorator.js';
import { CalledVersion, type ApiVersion } from '../../api/http/api-version.decorator.js';
import { includedFields, picked } from '../../api/lists/included-fields.js';
import { JsonBody, RequestBody } from '../../api/input/json-body.js';
import { pageRequestOf } from '../../api/lists/listed-by.decorator.js';
import { AnswersLastState } from '../../api/http/last-state.decorator.js';
import { listEnvelope, type ListEnvelope } from '../../api/lists/list-envelope.js';
import { ApiErrors, InstallationApi } from '../../api/openapi/open-api.js';
import type { Principal } from '../../auth/principal.js';
import { CurrentPrincipal } from '../../tenant-scope/current-principal.decorator.js';
import { RequireInstallationPermission } from '../../tenant-scope/require-permission.decorator.js';
import { UserAdministration } from '../../users/user-administration.service.js';
import { USER_COLUMNS, UserDirectory, type UserListOptions } from '../../users/user-directory.js';
import { UsersService } from '../../users/users.service.js';
import { wantsData } from '../dto/get-data.query.js';
import { TenantRolesV3, USER_FIELDS, UserListV3, UserTenantRolesV3, UserV3 } from './dto/user-v3.js';
import { NewUserBody, UserActivationBody, UserChangeBody } from './dto/user.bodies.js';
import { UserListQuery, UserQuery } from './dto/user-list.query.js';
import { keptRole, readRole } from './system-role.js';
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
    @CurrentPrincipal() { caller }: Principal,
    @Query() query: UserListQuery,
    @CalledVersion() version: ApiVersion,
  ): Promise<ListEnvelope<Partial<UserV3>>> {
    const fields = includedFields(query._include, USER_FIELDS);
    const { items, total } = await this.directory.list(userListOptions(query, version), caller);
    return listEnvelope(
      items.map((item) => picked(toUserV3(item, wantsData(query), version), fields)),
      { total, size: query._size, offset: query._offset },
    );
  }

  @Get(':name')
  @RequireInstallationPermission('user_get', 'user.read')
  @ApiOperation({ summary: 'Show a user' })
  @ApiParam(NAME)
  @ApiOkResponse({ type: UserV3 })
  async read(
    @CurrentPrincipal() { caller }: Principal,
    @Param('name') name: string,
    @Query() query: UserQuery,
    @CalledVersion() version: ApiVersion,
  ): Promise<UserV3> {
    return toUserV3(await this.directory.read(name, caller), wantsData(query), version);
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
    return toUserV3(await this.directory.find(username), false, version);
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
    return toUserV3(await this.directory.find(name), false, version);
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
    return toUserV3(await this.directory.find(name), false, version);
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
    return toUserV3(await this.directory.find(name), false, version);
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
}

/** Roles are filtered by the names that the version shows them under. */
function userListOptions(query: UserListQuery, version: ApiVersion): UserListOptions {
  const wanted = pageRequestOf(query, USER_COLUMNS);
  const roles = wanted.filters.get('role');
  if (roles === undefined) return wanted;
  const kept = roles.map((name) => keptRole(name, version));
  return { ...wanted, filters: new Map([...wanted.filters, ['role', kept]]) };
}
