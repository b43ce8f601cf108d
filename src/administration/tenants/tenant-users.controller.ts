import { Controller, Delete, Patch, Put } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CalledVersion, type ApiVersion } from '../../api/http/api-version.decorator.js';
import { JsonBody, RequestBody } from '../../api/input/json-body.js';
import { AnswersLastState } from '../../api/http/last-state.decorator.js';
import { ApiErrors, InstallationApi } from '../../api/openapi/open-api.js';
import type { Principal } from '../../auth/principal.js';
import { CurrentPrincipal } from '../../tenant-scope/current-principal.decorator.js';
import { RequireInstallationPermission } from '../../tenant-scope/require-permission.decorator.js';
import { TenantMembersService, type Membership } from '../../users/tenant-members.service.js';
import { assignedRole } from './assigned-role.js';
import { NewTenantUserBody, TenantUserBody, TenantUserRoleBody } from './dto/membership.body.js';
import { TenantV3 } from './dto/tenant-v3.js';
import { toTenantV3 } from './tenant-v3.mapper.js';

@Controller(['api/v3/tenants/users', 'api/v3.1/tenants/users'])
@ApiTags('Tenants')
@InstallationApi()
export class TenantUsersController {
  constructor(private readonly members: TenantMembersService) {}

  @Put()
  @RequireInstallationPermission('tenant_add_user', 'tenant.add_user')
  @ApiOperation({ summary: 'Make a user a member of a tenant' })
  @ApiBody({ type: NewTenantUserBody })
  @ApiOkResponse({ type: TenantV3 })
  @ApiErrors(409, 415)
  async add(
    @CurrentPrincipal() { caller }: Principal,
    @RequestBody() body: JsonBody,
    @CalledVersion() version: ApiVersion,
  ): Promise<TenantV3> {
    const named = await body.read(NewTenantUserBody);
    const role = assignedRole(named.role, version);
    return toTenantV3(await this.members.add(membership(named), role, caller));
  }

  @Patch()
  @RequireInstallationPermission('tenant_update_user', 'tenant.update_user')
  @ApiOperation({ summary: "Change a member's role" })
  @ApiBody({ type: TenantUserRoleBody })
  @ApiOkResponse({ type: TenantV3 })
  @ApiErrors(415)
  async update(@CurrentPrincipal() { caller }: Principal, @RequestBody() body: JsonBody): Promise<TenantV3> {
    const named = await body.read(TenantUserRoleBody);
    return toTenantV3(await this.members.update(membership(named), named.role, caller));
  }

  @Delete()
  @RequireInstallationPermission('tenant_remove_user', 'tenant.remove_user')
  @ApiOperation({ summary: 'End a membership' })
  @ApiBody({ type: TenantUserBody })
  @AnswersLastState(TenantV3)
  @ApiErrors(415)
  async remove(@CurrentPrincipal() { caller }: Principal, @RequestBody() body: JsonBody): Promise<TenantV3> {
    return toTenantV3(await this.members.remove(membership(await body.read(TenantUserBody)), caller));
  }
}

function membership({ tenant_name: tenantName, username: name }: TenantUserBody): Membership {
  return { kind: 'user', tenantName, name };
}
