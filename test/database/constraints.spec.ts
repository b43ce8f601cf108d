import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { nameProblem } from '../../src/common/names/resource-name.js';
import { newId } from '../../src/common/ids.js';
import { driverErrorOf } from '../../src/database/connection/driver-error.js';
import { cloneDatabase, type TestDatabase } from '../support/database.js';

/**
 * Lists constraints that concurrent callers can violate: the adapter inserts with ON CONFLICT DO NOTHING and answers
 * 409.
 */
const CONFLICTS = [
  'uq_tenants_name',
  'uq_users_username',
  'uq_user_groups_name',
  'uq_user_groups_ldap_dn',
  'pk_tenant_users',
  'pk_tenant_user_groups',
  'pk_user_group_members',
  'uq_secrets_key',
  'pk_role_permissions',
];

/** Lists constraints that the service checks beforehand. They only stop a faulty program. */
const CHECKED_BEFORE = {
  'descriptionProblem()': ['ck_secrets_description'],
  'labelsProblem()': ['ck_secrets_labels'],
  'nameProblem()': ['ck_tenants_name', 'ck_users_username', 'ck_user_groups_name', 'ck_secrets_key'],
  'types and lists of roles': [
    'ck_users_system_role',
    'ck_user_groups_system_role',
    'ck_tenant_users_role',
    'ck_tenant_user_groups_role',
    'ck_root_keys_state',
    'ck_secrets_visibility',
    'ck_secret_versions_visibility',
  ],
  'numbers that count up from one': [
    'ck_audit_signing_keys_id',
    'ck_tenant_keys_generation',
    'ck_secrets_version',
    'ck_secrets_revision',
    'ck_secret_versions_version',
  ],
  'there is the one row that the schema made': ['ck_maintenance_singleton', 'ck_installation_singleton'],
  'written by installFunctions()': ['ck_schema_functions_singleton', 'ck_schema_functions_number'],
  'JSON has none but between its fields': ['ck_audit_events_body'],
  'a SHA-256': ['ck_login_failures_name_key', 'ck_tokens_secret_hash'],
  'options and their generation are written together': ['ck_secrets_provider_options'],
  'the days of TenantSettingsBody': ['ck_tenant_settings_trash_days', 'ck_tenant_settings_audit_days'],
  'a signing key loses its private part as it is retired': ['ck_audit_signing_keys_sealed'],
  'a version loses its value as it is destroyed': ['ck_secret_versions_value'],
  'IsVersionCount() and refusalOfSettings()': [
    'ck_tenant_settings_max_versions',
    'ck_tenant_settings_max_versions_bounds',
  ],
  'made by newTokenValue()': ['ck_tokens_id'],
};

/** Lists constraints that no request can violate, by the reason. */
const OUT_OF_REACH = {
  'ids are fresh': [
    'pk_tokens',
    'pk_tenants',
    'pk_users',
    'pk_user_groups',
    'pk_secrets',
    'pk_audit_events',
    'pk_tenant_keys',
  ],
  'tenants, users and keys are never deleted by the service': [
    'fk_tenant_keys_tenant',
    'fk_tenant_keys_root_key',
    'fk_audit_signing_keys_root_key',
    'fk_audit_checkpoints_key',
    'fk_audit_log_keys_key',
    'fk_tenant_users_tenant',
    'fk_tenant_users_user',
    'fk_secrets_tenant',
    'fk_secrets_tenant_key',
    'fk_secrets_provider_options_key',
    'fk_tokens_user',
    'fk_secrets_created_by',
    'fk_secrets_version_created_by',
    'fk_secrets_updated_by',
    'fk_secrets_version_owner',
    'fk_secret_versions_tenant_key',
    'fk_secret_versions_owner',
    'fk_secret_versions_created_by',
    'fk_secret_versions_destroyed_by',
    'fk_tenant_settings_tenant',
    'fk_maintenance_activated_by',
  ],
  'written under the lock of the migrations only': [
    'pk_maintenance',
    'pk_installation',
    'pk_audit_backfill',
    'pk_schema_functions',
    'uq_users_bootstrap',
    'pk_root_keys',
    'uq_root_keys_active',
    'PK_schema_migrations',
  ],
  'written while the row of the secret is locked': ['pk_secret_versions', 'fk_secret_versions_secret'],
  'numbered by an identity column, or under the lock of the sequence': [
    'pk_secret_changes_pending',
    'pk_secret_changes',
    'pk_secret_reads_pending',
    'uq_secret_changes_position',
    'pk_audit_pending',
    'pk_audit_logs',
    'pk_audit_leaves',
    'uq_audit_leaves_event_id',
    'pk_audit_nodes',
    'pk_audit_log_keys',
    'pk_audit_checkpoints',
    'pk_audit_signing_keys',
    'pk_audit_batches',
    'pk_audit_sinks',
    'uq_audit_batches_position',
    'uq_audit_signing_keys_active',
  ],
  'looked for under the lock of the key': ['uq_secrets_global_key'],
  'inserted with ON CONFLICT DO UPDATE': [
    'pk_login_failures',
    'pk_tenant_settings',
    'pk_audit_pruned',
    'pk_secret_reads',
  ],
  'inserted with ON CONFLICT DO NOTHING by a job': ['pk_audit_removals'],
  'the rows that they lead to are held first': [
    'fk_user_group_members_group',
    'fk_user_group_members_user',
    'fk_tokens_parent',
    'fk_tenant_user_groups_tenant',
    'fk_tenant_user_groups_group',
  ],
};

const KNOWN = [...CONFLICTS, ...Object.values(CHECKED_BEFORE).flat(), ...Object.values(OUT_OF_REACH).flat()];

/**
 * Selects constraints, and unique indexes that are not constraints. TypeORM names the key of its own table by a hash.
 */
const CATALOGUE = `
  SELECT CASE WHEN conrelid = 'schema_migrations'::regclass THEN 'PK_schema_migrations' ELSE conname END AS name
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'f', 'u', 'c', 'x')
    AND coninhcount = 0
  UNION ALL
  SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
  WHERE c.relnamespace = 'public'::regnamespace AND i.indisunique
    AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
`;

describe('the constraints of the database', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await cloneDatabase();
  });
  afterAll(() => database.drop());

  const catalogue = async () =>
    (await database.asSuperuser<{ name: string }>(CATALOGUE)).map(({ name }) => name).sort();

  it('are all answered for, each once', async () => {
    expect(await catalogue()).toEqual([...KNOWN].sort());
  });

  it('cannot gain one that nobody answers for', async () => {
    for (const [added, removed] of [
      [
        'ALTER TABLE users ADD CONSTRAINT ck_planted CHECK (true)',
        'ALTER TABLE users DROP CONSTRAINT ck_planted',
      ],
      ['CREATE UNIQUE INDEX uq_planted ON users (id)', 'DROP INDEX uq_planted'],
    ] as const) {
      await database.asSuperuser(added);
      expect((await catalogue()).filter((name) => !KNOWN.includes(name))).toEqual([
        expect.stringMatching(/_planted$/),
      ]);
      await database.asSuperuser(removed);
    }
  });

  it('hold the same rule of names as the program', async () => {
    const alphabet = Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code)).slice(1);
    const names = [
      ...alphabet,
      ...alphabet.map((character) => `a${character}`),
      ...[
        '',
        'a\n',
        '\na',
        'a\r\n',
        'a'.repeat(256),
        'a'.repeat(257),
        '\u212aelvin',
        'a\u{1f511}',
        'a\u0301',
      ],
    ];
    const allowed = names.filter((name) => nameProblem(name) === undefined);
    expect(allowed.length).toBeGreaterThan(100);
    for (const constraint of CHECKED_BEFORE['nameProblem()']) {
      const [rule] = await database.asSuperuser<{ column: string; check: string }>(
        `SELECT a.attname AS column, pg_get_expr(k.conbin, k.conrelid) AS check
         FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
         WHERE k.conname = $1`,
        [constraint],
      );
      const taken = await database.asSuperuser<{ name: string }>(
        `SELECT ${rule!.column} AS name FROM unnest($1::text[]) AS t (${rule!.column}) WHERE ${rule!.check}`,
        [names],
      );
      expect(taken.map(({ name }) => name)).toEqual(allowed);
    }
  });

  it('are named in the error of the driver', async () => {
    const failure = (text: string, values: unknown[] = []) =>
      database.asSuperuser(text, values).then(
        () => undefined,
        (error: unknown) => driverErrorOf(error)?.constraint,
      );
    const tenant = 'INSERT INTO tenants (id, name) VALUES ($1, $2)';
    const id = newId();
    expect(await failure(tenant, [id, 'one'])).toBeUndefined();
    expect(await failure(tenant, [newId(), 'one'])).toBe('uq_tenants_name');
    expect(await failure(tenant, [id, 'two'])).toBe('pk_tenants');
    expect(await failure(tenant, [newId(), '2'])).toBe('ck_tenants_name');
    const key =
      'INSERT INTO tenant_keys (tenant_id, generation, wrapped, root_key_id) VALUES ($1, 1, $2, $3)';
    expect(await failure(key, [id, Buffer.alloc(1), 'none'])).toBe('fk_tenant_keys_root_key');
    expect(await failure('SELECT 1 / 0')).toBeUndefined();
  });
});
