import { Module } from '@nestjs/common';
import { ReadinessModule } from '../api/http/readiness.module.js';
import { TenantsModule } from '../tenants/tenants.module.js';
import { UsersModule } from '../users/users.module.js';
import { TenantMembersController } from './tenants/tenant-members.controller.js';
import { TenantSettingsController } from './tenants/tenant-settings.controller.js';
import { TenantsController } from './tenants/tenants.controller.js';
import { UserGroupUsersController } from './groups/user-group-users.controller.js';
import { UserGroupsController } from './groups/user-groups.controller.js';
import { CloudifyClusterController } from './cloudify/cloudify-cluster.controller.js';
import { CloudifyConfigController } from './cloudify/cloudify-config.controller.js';
import { CloudifyLicenseController } from './cloudify/cloudify-license.controller.js';
import { CurrentUserController } from './users/current-user.controller.js';
import { MaintenanceController } from './maintenance/maintenance.controller.js';
import { MaintenanceMode } from './maintenance/maintenance-mode.js';
import { OkController } from './status/ok.controller.js';
import { RootController } from './status/root.controller.js';
import { PermissionsController } from './permissions/permissions.controller.js';
import { StatusController } from './status/status.controller.js';
import { TokensV3Controller } from './tokens/tokens-v3.controller.js';
import { TokensController } from './tokens/tokens.controller.js';
import { UserTokensController } from './tokens/user-tokens.controller.js';
import { UserRights } from './users/user-rights.js';
import { UserUpdate } from './users/user-update.js';
import { UsersController } from './users/users.controller.js';
import { VersionController } from './status/version.controller.js';

/** Serves everything but secrets: tenants, users, groups, and the status that clients ask for. */
@Module({
  imports: [ReadinessModule, TenantsModule, UsersModule],
  // Controllers with fixed paths come before those with parameters, so that the API document lists them first.
  controllers: [
    TenantMembersController,
    TenantsController,
    TenantSettingsController,
    UserGroupUsersController,
    UserGroupsController,
    VersionController,
    UsersController,
    CurrentUserController,
    PermissionsController,
    StatusController,
    MaintenanceController,
    OkController,
    RootController,
    CloudifyClusterController,
    CloudifyConfigController,
    CloudifyLicenseController,
    TokensController,
    UserTokensController,
    TokensV3Controller,
  ],
  providers: [UserRights, UserUpdate, MaintenanceMode],
})
export class AdministrationModule {}
