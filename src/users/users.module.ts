import { Module } from '@nestjs/common';
import { TenantsModule } from '../tenants/tenants.module.js';
import { UserGroupsRepository } from './groups/user-groups.repository.js';
import { UserGroupsService } from './groups/user-groups.service.js';
import { LastAdministrator } from './last-administrator.js';
import { LoginLocks } from './login-locks.service.js';
import { LoginLocksRepository } from './login-locks.repository.js';
import { RolePermissionsRepository } from './permissions/role-permissions.repository.js';
import { RolePermissions } from './permissions/role-permissions.service.js';
import { TenantDirectory } from './tenant-directory.service.js';
import { TenantMembersRepository } from './tenant-members.repository.js';
import { TenantMembersService } from './tenant-members.service.js';
import { TokensRepository } from './tokens/tokens.repository.js';
import { TokensService } from './tokens/tokens.service.js';
import { UserAdministration } from './user-administration.service.js';
import { UserDirectory } from './user-directory.service.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';

const SERVICES = [
  UsersService,
  UserAdministration,
  UserDirectory,
  UserGroupsService,
  TenantDirectory,
  TenantMembersService,
  RolePermissions,
  TokensService,
  LoginLocks,
];

const REPOSITORIES = [
  UsersRepository,
  UserGroupsRepository,
  LoginLocksRepository,
  TenantMembersRepository,
  RolePermissionsRepository,
  TokensRepository,
];

@Module({
  imports: [TenantsModule],
  providers: [...REPOSITORIES, LastAdministrator, ...SERVICES],
  exports: [UsersRepository, ...SERVICES],
})
export class UsersModule {}
