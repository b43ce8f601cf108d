import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CalledVersion, type ApiVersion } from '../../api/http/api-version.decorator.js';
import { JsonBody, RequestBody } from '../../api/input/json-body.js';
import { Delete, Patch, Put } from '../../api/routes/changes.js';
import { InstallationRoute } from '../../api/routes/installation-route.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { CurrentPrincipal } from '../../tenant-scope/current-principal.decorator.js';
import { TenantMembersService } from '../../users/tenant-members.service.js';
import { assignedRole } from './assigned-role.js';
import {
  NewTenantGroupBody,
  NewTenantUserBody,
  TenantGroupBody,
  TenantGroupRoleBody,
  TenantUserBody,
  TenantUserRoleBody,
} from './dto/membership.body.js';
import { TENANT_ERRORS, TENANT_EXAMPLES } from './dto/tenant.examples.js';
import { TenantV3 } from './dto/tenant-v3.js';
import { toMembership } from './membership.mapper.js';
import { toTenantV3 } from './tenant-v3.mapper.js';

const REMOVED = { answer: { v3: TenantV3, 'v3.1': null } };
const { missing, isMember, isNoMember } = TENANT_ERRORS;

/** Serves the users and the user groups of a tenant, which differ in the names of their bodies. */
@Controller(['api/v3/tenants', 'api/v3.1/tenants'])
@ApiTags('Tenants')
export class TenantMembersController {
  constructor(private readonly members: TenantMembersService) {}

  @Put('users')
  @InstallationRoute('tenant_add_user', 'tenant.add_user', {
    id: 'addTenantUser',
    summary: 'Add a user to a tenant',
    description: 'Gives a user a role in a tenant, beside the roles that its groups give it there.',
    body: { v3: NewTenantUserBody, 'v3.1': TenantUserRoleBody },
    answer: TenantV3,
    example: TENANT_EXAMPLES.addUser,
    errors: [missing.user, isMember.user],
  })
  async addUser(
    @CurrentPrincipal() { caller }: Principal,
    @RequestBody() body: JsonBody,
    @CalledVersion() version: ApiVersion,
  ): Promise<TenantV3> {
    const input = await body.read(NewTenantUserBody);
    const role = assignedRole(input.role, version);
    return toTenantV3(await this.members.add(toMembership(input), role, caller));
  }

  @Patch('users')
  @InstallationRoute('tenant_update_user', 'tenant.update_user', {
    id: 'updateTenantUser',
    summary: 'Change the role of a user in a tenant',
    description: 'Replaces the role that the user has directly; roles through groups stay.',
    body: TenantUserRoleBody,
    answer: TenantV3,
    example: TENANT_EXAMPLES.updateUser,
    errors: [missing.user, isNoMember.user],
  })
  async updateUser(
    @CurrentPrincipal() { caller }: Principal,
    @RequestBody() body: JsonBody,
  ): Promise<TenantV3> {
    const input = await body.read(TenantUserRoleBody);
    return toTenantV3(await this.members.update(toMembership(input), input.role, caller));
  }

  @Delete('users')
  @InstallationRoute('tenant_remove_user', 'tenant.remove_user', {
    ...REMOVED,
    id: 'removeTenantUser',
    summary: 'Remove a user from a tenant',
    description:
      'Ends the direct membership of a user; roles through groups stay. Version 3 answers what is left.',
    body: TenantUserBody,
    example: TENANT_EXAMPLES.removeUser,
    errors: [missing.user, isNoMember.user],
  })
  async removeUser(
    @CurrentPrincipal() { caller }: Principal,
    @RequestBody() body: JsonBody,
  ): Promise<TenantV3> {
    const input = await body.read(TenantUserBody);
    return toTenantV3(await this.members.remove(toMembership(input), caller));
  }

  @Put('user-groups')
  @InstallationRoute('tenant_add_user_group', 'tenant.add_user_group', {
    id: 'addTenantUserGroup',
    summary: 'Add a user group to a tenant',
    description: 'Gives all members of a user group a role in a tenant.',
    body: { v3: NewTenantGroupBody, 'v3.1': TenantGroupRoleBody },
    answer: TenantV3,
    example: TENANT_EXAMPLES.addGroup,
    errors: [missing.group, isMember.group],
  })
  async addGroup(
    @CurrentPrincipal() { caller }: Principal,
    @RequestBody() body: JsonBody,
    @CalledVersion() version: ApiVersion,
  ): Promise<TenantV3> {
    const input = await body.read(NewTenantGroupBody);
    const role = assignedRole(input.role, version);
    return toTenantV3(await this.members.add(toMembership(input), role, caller));
  }

  @Patch('user-groups')
  @InstallationRoute('tenant_update_user_group', 'tenant.update_user_group', {
    id: 'updateTenantUserGroup',
    summary: 'Change the role of a user group in a tenant',
    description: 'Replaces the role that the members of a user group have through it in a tenant.',
    body: TenantGroupRoleBody,
    answer: TenantV3,
    example: TENANT_EXAMPLES.updateGroup,
    errors: [missing.group, isNoMember.group],
  })
  async updateGroup(
    @CurrentPrincipal() { caller }: Principal,
    @RequestBody() body: JsonBody,
  ): Promise<TenantV3> {
    const input = await body.read(TenantGroupRoleBody);
    return toTenantV3(await this.members.update(toMembership(input), input.role, caller));
  }

  @Delete('user-groups')
  @InstallationRoute('tenant_remove_user_group', 'tenant.remove_user_group', {
    ...REMOVED,
    id: 'removeTenantUserGroup',
    summary: 'Remove a user group from a tenant',
    description:
      'Takes away the role that the members of a user group have through it. Version 3 answers what is left.',
    body: TenantGroupBody,
    example: TENANT_EXAMPLES.removeGroup,
    errors: [missing.group, isNoMember.group],
  })
  async removeGroup(
    @CurrentPrincipal() { caller }: Principal,
    @RequestBody() body: JsonBody,
  ): Promise<TenantV3> {
    const input = await body.read(TenantGroupBody);
    return toTenantV3(await this.members.remove(toMembership(input), caller));
  }
}
