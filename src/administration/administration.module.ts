import { Module } from '@nestjs/common';
import { TenantsModule } from '../tenants/tenants.module.js';
import { UsersModule } from '../users/users.module.js';
import { TenantUserGroupsController } from './tenant-user-groups.controller.js';
import { TenantUsersController } from './tenant-users.controller.js';
import { TenantsController } from './tenants.controller.js';
import { UserGroupUsersController } from './user-group-users.controller.js';
import { UserGroupsController } from './user-groups.controller.js';
import { ClusterController } from './cluster.controller.js';
import { ConsoleController } from './console.controller.js';
import { CurrentUserController } from './current-user.controller.js';
import { DatabasePulse } from './database-pulse.js';
import { MaintenanceController } from './maintenance.controller.js';
import { MaintenanceMode } from './maintenance-mode.js';
import { OkController } from './ok.controller.js';
import { PermissionsController } from './permissions.controller.js';
import { StatusController } from './status.controller.js';
import { TokensV3Controller } from './tokens-v3.controller.js';
import { TokensController } from './tokens.controller.js';
import { UserRights } from './user-rights.js';
import { UsersController } from './users.controller.js';
import { VersionController } from './version.controller.js';

/** The endpoints around the secrets: tenants, users and groups, and what clients ask of an installation. */
@Module({
  imports: [TenantsModule, UsersModule],
  // Fixed addresses before those with a name in them, so that the API document lists them first.
  controllers: [
    TenantUsersController,
    TenantUserGroupsController,
    TenantsController,
    UserGroupUsersController,
    UserGroupsController,
    VersionController,
    UsersController,
    CurrentUserController,
    PermissionsController,
    StatusController,
    MaintenanceController,
    OkController,
    ClusterController,
    ConsoleController,
    TokensController,
    TokensV3Controller,
  ],
  providers: [UserRights, DatabasePulse, MaintenanceMode],
})
export class AdministrationModule {}
