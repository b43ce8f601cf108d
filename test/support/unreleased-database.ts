import type { TestDatabase } from './database.js';

/** Lists the migrations of commit 3fe6459, the last one before the baseline. */
const NAMES = [
  ...['CreateRoles', 'CreateIdentity', 'CreateRolePermissions', 'CreateAuditEvents', 'CreateSecrets'],
  ...[
    'CreateLoginFailures',
    'ManageTenants',
    'ManageUsers',
    'AddVisibility',
    'CreateTokens',
    'SearchAndList',
  ],
  ...[
    'AdministerInstallation',
    'AddSchemaAndProvider',
    'LockKeysInBuckets',
    'FindIdentities',
    'PlanReadsOnce',
  ],
  ...['CreateSecret', 'LookUpByIndex', 'LookTenantsUp', 'CheckKeysCheaply', 'CreateSecretsTogether'],
  ...['ChangeSecrets', 'ReadTenantOnce', 'SimplifyIdentities'],
];

/** Makes an empty database look as if the program of commit 3fe6459 had migrated it. */
export async function makeUnreleasedDatabase(database: TestDatabase): Promise<void> {
  await database.asSuperuser(
    'CREATE TABLE schema_migrations (id serial PRIMARY KEY, "timestamp" bigint NOT NULL, name varchar NOT NULL)',
  );
  await database.asSuperuser('ALTER TABLE schema_migrations OWNER TO test_owner');
  await database.asSuperuser(
    `INSERT INTO schema_migrations ("timestamp", name)
     SELECT 1790000000000 + number, name || (1790000000000 + number)
     FROM unnest($1::text[]) WITH ORDINALITY AS m (name, number) ORDER BY number`,
    [NAMES],
  );
}
