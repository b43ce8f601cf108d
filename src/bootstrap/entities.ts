import { SecretEntity } from '../secrets/secret.entity.js';
import { RootKey } from '../tenants/root-key.entity.js';
import { TenantKey } from '../tenants/tenant-key.entity.js';
import { Tenant } from '../tenants/tenant.entity.js';
import { TenantUserGroup } from '../users/tenant-user-group.entity.js';
import { TenantUser } from '../users/tenant-user.entity.js';
import { UserGroupMember } from '../users/groups/user-group-member.entity.js';
import { UserGroup } from '../users/groups/user-group.entity.js';
import { User } from '../users/user.entity.js';

/** Lists all entities. */
export const entities = [
  RootKey,
  Tenant,
  TenantKey,
  User,
  UserGroup,
  UserGroupMember,
  TenantUser,
  TenantUserGroup,
  SecretEntity,
];
