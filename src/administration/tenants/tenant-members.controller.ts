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
import { TenantV3 } from './dto/tenant-v3.js';
import { toMembership } from './membership.mapper.js';
import { toTenantV3 } from './tenant-v3.mapper.js';

const ADDED = { answer: TenantV3, errors: [409] } as const;
const UPDATED = { summary: "Change a member's role", answer: TenantV3 };
const REMOVED = { summary: 'End a membership', answer: { v3: TenantV3, 'v3.1': null } };

/** Serves the users and the user groups of a tenant, which differ in the names of their bodies. */
@Controller(['api/v3/tenants', 'api/v3.1/tenants'])
@ApiTags('Tenants')
export class TenantMembersController {
  constructor(private readonly members: TenantMembersService) {}

  @Put('users')
  @InstallationRoute('tenant_add_user', 'tenant.add_user', {
    ...ADDED,
    summary: 'Make a user a member of a tenant',
    body: NewTenantUserBody,
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
  @InstallationRoute('tenant_update_user', 'tenant.update_user', { ...UPDATED, body: TenantUserRoleBody })
  async updateUser(
    @CurrentPrincipal() { caller }: Principal,
    @RequestBody() body: JsonBody,
  ): Promise<TenantV3> {
    const input = await body.read(TenantUserRoleBody);
    return toTenantV3(await this.members.update(toMembership(input), input.role, caller));
  }

  @Delete('users')
  @InstallationRoute('tenant_remove_user', 'tenant.remove_user', { ...REMOVED, body: TenantUserBody })
  async removeUser(
    @CurrentPrincipal() { caller }: Principal,
    @RequestBody() body: JsonBody,
  ): Promise<TenantV3> {
    const input = await body.read(TenantUserBody);
    return toTenantV3(await this.members.remove(toMembership(input), caller));
  }

  @Put('user-groups')
  @InstallationRoute('tenant_add_user_group', 'tenant.add_user_group', {
    ...ADDED,
    summary: 'Make a user group a member of a tenant',
    body: NewTenantGroupBody,
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
    ...UPDATED,
    body: TenantGroupRoleBody,
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
    body: TenantGroupBody,
  })
  async removeGroup(
    @CurrentPrincipal() { caller }: Principal,
    @RequestBody() body: JsonBody,
  ): Promise<TenantV3> {
    const input = await body.read(TenantGroupBody);
    return toTenantV3(await this.members.remove(toMembership(input), caller));
  }
}
