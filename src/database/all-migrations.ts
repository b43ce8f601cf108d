import type { MigrationInterface } from 'typeorm';
import { CreateRoles1790000000001 } from './migrations/1790000000001-create-roles.js';
import { CreateIdentity1790000000002 } from './migrations/1790000000002-create-identity.js';
import { CreateRolePermissions1790000000003 } from './migrations/1790000000003-create-role-permissions.js';
import { CreateAuditEvents1790000000004 } from './migrations/1790000000004-create-audit-events.js';
import { CreateSecrets1790000000005 } from './migrations/1790000000005-create-secrets.js';
import { CreateLoginFailures1790000000006 } from './migrations/1790000000006-create-login-failures.js';
import { ManageTenants1790000000007 } from './migrations/1790000000007-manage-tenants.js';
import { ManageUsers1790000000008 } from './migrations/1790000000008-manage-users.js';
import { AddVisibility1790000000009 } from './migrations/1790000000009-add-visibility.js';
import { CreateTokens1790000000010 } from './migrations/1790000000010-create-tokens.js';
import { SearchAndList1790000000011 } from './migrations/1790000000011-search-and-list.js';
import { AdministerInstallation1790000000012 } from './migrations/1790000000012-administer-installation.js';
import { AddSchemaAndProvider1790000000013 } from './migrations/1790000000013-add-schema-and-provider.js';
import { LockKeysInBuckets1790000000014 } from './migrations/1790000000014-lock-keys-in-buckets.js';
import { FindIdentities1790000000015 } from './migrations/1790000000015-find-identities.js';
import { PlanReadsOnce1790000000016 } from './migrations/1790000000016-plan-reads-once.js';
import { CreateSecret1790000000017 } from './migrations/1790000000017-create-secret.js';
import { LookUpByIndex1790000000018 } from './migrations/1790000000018-look-up-by-index.js';
import { LookTenantsUp1790000000019 } from './migrations/1790000000019-look-tenants-up.js';
import { CheckKeysCheaply1790000000020 } from './migrations/1790000000020-check-keys-cheaply.js';
import { CreateSecretsTogether1790000000021 } from './migrations/1790000000021-create-secrets-together.js';
import { ChangeSecrets1790000000022 } from './migrations/1790000000022-change-secrets.js';
import { ReadTenantOnce1790000000023 } from './migrations/1790000000023-read-tenant-once.js';
import { SimplifyIdentities1790000000024 } from './migrations/1790000000024-simplify-identities.js';

/** Every migration, in order. A list, not a file pattern: a wrong pattern would be silent. */
export const allMigrations: readonly (new () => MigrationInterface)[] = [
  CreateRoles1790000000001,
  CreateIdentity1790000000002,
  CreateRolePermissions1790000000003,
  CreateAuditEvents1790000000004,
  CreateSecrets1790000000005,
  CreateLoginFailures1790000000006,
  ManageTenants1790000000007,
  ManageUsers1790000000008,
  AddVisibility1790000000009,
  CreateTokens1790000000010,
  SearchAndList1790000000011,
  AdministerInstallation1790000000012,
  AddSchemaAndProvider1790000000013,
  LockKeysInBuckets1790000000014,
  FindIdentities1790000000015,
  PlanReadsOnce1790000000016,
  CreateSecret1790000000017,
  LookUpByIndex1790000000018,
  LookTenantsUp1790000000019,
  CheckKeysCheaply1790000000020,
  CreateSecretsTogether1790000000021,
  ChangeSecrets1790000000022,
  ReadTenantOnce1790000000023,
  SimplifyIdentities1790000000024,
];
