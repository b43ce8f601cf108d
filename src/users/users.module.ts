import { Module } from '@nestjs/common';
import { RolePermissions } from './permissions/role-permissions.service.js';
import { TenantDirectory } from './tenant-directory.service.js';
import { TenantMembersService } from './tenant-members.service.js';
import { TokensService } from './tokens/tokens.service.js';
import { UserAdministration } from './user-administration.service.js';
import { UserDirectory } from './user-directory.js';
import { UserGroupsService } from './groups/user-groups.service.js';
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
];

@Module({ providers: SERVICES, exports: SERVICES })
export class UsersModule {}
