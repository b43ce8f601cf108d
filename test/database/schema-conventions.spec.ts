import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TENANT_TABLES } from '../../src/database/connection/database-assertions.js';
import { APP_ROLE, OWNER, READER_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';

/** Lists the settings under which a statement follows an index wherever there is one. */
const ALONG_INDEXES = [
  ...['enable_seqscan=off', 'enable_bitmapscan=off', 'enable_hashjoin=off', 'enable_mergejoin=off'],
];

/** Lists tables that name a tenant without belonging to it: memberships, keys and settings that the service looks up. */
const IDENTITY_TABLES = ['tenant_keys', 'tenant_settings', 'tenant_user_groups', 'tenant_users'];
/** Lists foreign keys of tenant-owned tables to tables that belong to no tenant. */
const OUTWARD = [
  'fk_audit_checkpoints_key',
  'fk_audit_log_keys_key',
  'fk_secret_versions_created_by',
  'fk_secret_versions_destroyed_by',
  'fk_secret_versions_owner',
  'fk_secrets_created_by',
  'fk_secrets_updated_by',
  'fk_secrets_version_created_by',
  'fk_secrets_version_owner',
];
/** Lists the planner settings of the functions of the hot path: one generic plan, by index. */
const HOT = [
  'plan_cache_mode=force_generic_plan',
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
];
const BOOKKEEPING = `'schema_migrations'`;

describe('the schema', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await cloneDatabase();
  });
  afterAll(() => database.drop());

  async function names(text: string, values: unknown[] = []): Promise<string[]> {
    const rows = await database.asSuperuser<{ name: string }>(text, values);
    return rows.map(({ name }) => name);
  }

  it('names every constraint and index by its kind and table', async () => {
    const prefixes = { p: 'pk', f: 'fk', u: 'uq', c: 'ck', x: 'ex' };
    const constraints = await database.asSuperuser<{
      name: string;
      kind: keyof typeof prefixes;
      table: string;
    }>(
      `SELECT conname AS name, contype AS kind, conrelid::regclass::text AS table FROM pg_constraint
       WHERE connamespace = 'public'::regnamespace AND contype <> 'n' AND coninhcount = 0
         AND conrelid <> ${BOOKKEEPING}::regclass`,
    );
    expect(constraints.length).toBeGreaterThan(30);
    const wrong = constraints.filter(
      ({ name, kind, table }) => name !== `pk_${table}` && !name.startsWith(`${prefixes[kind]}_${table}_`),
    );
    expect(wrong).toEqual([]);
    const indexes = await names(
      `SELECT c.relname AS name FROM pg_index i JOIN pg_class c ON c.oid = indexrelid JOIN pg_class t ON t.oid = indrelid
       WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relispartition AND t.relname <> ${BOOKKEEPING}
         AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
         AND c.relname NOT LIKE CASE WHEN indisunique THEN 'uq' ELSE 'ix' END || '\\_' || t.relname || '\\_%'`,
    );
    expect(indexes).toEqual([]);
  });

  it('binds every table of the tenants by row-level security, and no table of theirs is forgotten', async () => {
    const bound = await names(
      `SELECT relname AS name FROM pg_class WHERE relrowsecurity AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1`,
    );
    expect(bound).toEqual([...TENANT_TABLES].sort());
    const naming = await names(
      `SELECT DISTINCT attrelid::regclass::text AS name FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
       WHERE attname IN ('tenant_id', 'log_id') AND relkind IN ('r', 'p') AND NOT relispartition AND NOT attisdropped ORDER BY 1`,
    );
    expect(naming).toEqual([...TENANT_TABLES, ...IDENTITY_TABLES].sort());
  });

  it('opens no partition to anybody but the owner', async () => {
    const partitions = await database.asSuperuser<{ name: string; bound: boolean; open: string | null }>(
      `SELECT relname AS name, relrowsecurity AS bound, relacl::text AS open FROM pg_class
       WHERE relispartition AND relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1`,
    );
    expect(partitions.length).toBeGreaterThan(4);
    for (const { name, ...rest } of partitions) {
      expect(name).toMatch(/^audit_events_(\d{4}_\d\d|default)$/);
      expect(rest).toEqual({ bound: true, open: null });
    }
  });

  it('gives the service no policy but that of its tenant, the same for every table', async () => {
    const policies = await database.asSuperuser(
      `SELECT tablename AS table, policyname AS name, permissive, roles::text[], cmd,
              regexp_replace(qual, 'log_id|tenant_id', 'OWNER') AS seen,
              regexp_replace(with_check, 'log_id|tenant_id', 'OWNER') AS written
       FROM pg_policies WHERE NOT roles = '{${READER_ROLE}}' AND policyname NOT IN ('global_rows', 'tenant_set', 'living') ORDER BY 1, 2`,
    );
    expect(policies).toEqual(
      [...TENANT_TABLES].sort().map((table) => ({
        table,
        name: 'tenant_rows',
        permissive: 'PERMISSIVE',
        roles: ['public'],
        cmd: 'ALL',
        seen: `(OWNER = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS "nullif"))`,
        written: `(OWNER = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)`,
      })),
    );
  });

  it('opens further tenants where a transaction lists them, and for reading only', async () => {
    const policies = await database.asSuperuser(
      `SELECT tablename AS table, cmd, qual, with_check FROM pg_policies WHERE policyname = 'tenant_set' ORDER BY 1`,
    );
    const listed = `string_to_array(NULLIF(current_setting('app.tenants'::text, true), ''::text), ','::text)`;
    expect(policies).toEqual(
      ['secret_reads', 'secrets'].map((table) => ({
        table,
        cmd: 'SELECT',
        qual: `(tenant_id IN ( SELECT unnest((${listed})::uuid[]) AS unnest))`,
        with_check: null,
      })),
    );
  });

  it('lets everybody see what is global, and see only', async () => {
    const policies = await database.asSuperuser(
      `SELECT tablename AS table, cmd, qual, with_check FROM pg_policies WHERE policyname = 'global_rows'`,
    );
    expect(policies).toEqual([
      { table: 'secrets', cmd: 'SELECT', qual: "(visibility = 'global'::text)", with_check: null },
    ]);
  });

  it('hides what lies in the trash from the service and the reader, whatever else they may see', async () => {
    const policies = await database.asSuperuser(
      `SELECT tablename AS table, permissive, roles::text[], cmd, qual, with_check
       FROM pg_policies WHERE policyname = 'living'`,
    );
    expect(policies).toEqual([
      {
        ...{ table: 'secrets', permissive: 'RESTRICTIVE', roles: [APP_ROLE, READER_ROLE], cmd: 'ALL' },
        ...{ qual: '(deleted_at IS NULL)', with_check: 'true' },
      },
    ]);
  });

  it('leads the keys and indexes of the tenants’ tables with the tenant', async () => {
    const tables = [...TENANT_TABLES, 'tenant_keys'];
    const indexes = await names(
      `SELECT indexrelid::regclass::text AS name FROM pg_index
       JOIN pg_attribute ON (attrelid, attnum) = (indrelid, indkey[0])
       WHERE indrelid::regclass::text = ANY ($1) AND attname NOT IN ('tenant_id', 'log_id')`,
      [tables],
    );
    // Global secrets are visible in every tenant, and the feeds, what expires and old checkpoints are looked for in all
    // tenants at once, so an index by tenant does not help.
    expect(indexes.sort()).toEqual([
      'ix_audit_checkpoints_kept',
      'ix_secret_changes_global',
      'ix_secrets_expiry_due',
      'ix_secrets_global_created_at',
      'ix_secrets_global_expires_at',
      'ix_secrets_global_key_trigrams',
      'ix_secrets_global_labels',
      'pk_secret_changes_pending',
      'uq_audit_batches_position',
      'uq_secret_changes_position',
      'uq_secrets_global_key',
    ]);
    const keys = await names(
      `SELECT conname AS name FROM pg_constraint LEFT JOIN pg_attribute ON (attrelid, attnum) = (conrelid, conkey[1])
       WHERE contype IN ('p', 'f', 'u') AND conrelid::regclass::text = ANY ($1)
         AND attname NOT IN ('tenant_id', 'log_id') ORDER BY 1`,
      [tables],
    );
    expect(keys).toEqual([...OUTWARD, 'fk_tenant_keys_root_key', 'pk_secret_changes_pending'].sort());
    const between = await names(
      `SELECT conname AS name FROM pg_constraint c WHERE contype = 'f' AND conrelid::regclass::text = ANY ($1)
         AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = confrelid AND attname = 'tenant_id')
         AND NOT EXISTS (SELECT FROM pg_attribute WHERE (attrelid, attnum) = (confrelid, confkey[1])
                           AND attname = 'tenant_id')`,
      [tables],
    );
    expect(between).toEqual([]);
  });

  it('lets functions with the rights of others be called by the service only, with a fixed search_path', async () => {
    const functions = await database.asSuperuser(
      `SELECT proname AS name, pg_get_userbyid(proowner) AS owner, proconfig AS settings,
              (SELECT array_agg(DISTINCT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee)::text END)
               FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) WHERE grantee <> proowner) AS callers
       FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace ORDER BY 1`,
    );
    const path = 'search_path=public, pg_temp';
    const expected = { owner: READER_ROLE, settings: [path], callers: [APP_ROLE] };
    const swept = { ...expected, owner: OWNER, settings: [path, HOT[1]] };
    const ofProofs = {
      ...expected,
      settings: [path, ...ALONG_INDEXES, 'plan_cache_mode=force_custom_plan'],
    };
    const ofTrash = { ...expected, owner: OWNER, settings: [path, ...HOT.slice(0, 2)] };
    expect(functions).toEqual([
      { name: 'announce_audit_heads', ...expected, settings: [path, ...HOT.slice(1)] },
      // Creates tables, which only the owner may do.
      { name: 'audit_create_partitions', ...expected, owner: OWNER, settings: [path, 'lock_timeout=1s'] },
      { name: 'audit_event_exists', ...expected },
      { name: 'audit_removal_months', ...expected, owner: OWNER },
      { name: 'audit_sealing_backlog', ...expected, settings: [path, ...ALONG_INDEXES.slice(0, 2)] },
      { name: 'audit_sealing_is_due', ...expected, settings: [path, ...ALONG_INDEXES.slice(0, 2)] },
      { name: 'audit_sealing_state', ...expected, settings: [path, ...ALONG_INDEXES.slice(0, 2)] },
      { name: 'audit_unsent_from', ...expected, settings: [path, HOT[1]] },
      { name: 'begin_audit_epoch', ...expected },
      { name: 'begin_signing_key', ...expected },
      { name: 'confirm_audit_batches', ...expected },
      // Deletes events, to which the reader has no right.
      { name: 'drop_audit_partition', ...swept, settings: [path, 'lock_timeout=1s', HOT[1]] },
      { name: 'empty_trash', ...swept },
      { name: 'enqueue_unsealed_events', ...expected, settings: [path, ...ALONG_INDEXES.slice(0, 2)] },
      { name: 'enter_audit_epoch', ...expected, settings: [path, ...ALONG_INDEXES], callers: null },
      { name: 'find_audit_leaf', ...ofProofs },
      {
        name: 'find_prunable_log',
        ...swept,
        settings: [path, ...HOT.slice(1)],
      },
      {
        name: 'find_trash',
        ...expected,
        owner: OWNER,
        settings: [path, 'plan_cache_mode=force_custom_plan'],
      },
      { name: 'first_recent_leaf', ...swept, settings: [path, ...ALONG_INDEXES] },
      { name: 'lease_audit_sink', ...expected, settings: [path, HOT[1]] },
      { name: 'note_expired_secrets', ...expected, settings: [path, ...HOT] },
      // Is called by seal_pending_events, and sees what is in the trash.
      {
        name: 'note_secret_reads',
        ...expected,
        owner: OWNER,
        settings: [path, ...ALONG_INDEXES],
        callers: [READER_ROLE],
      },
      { name: 'poll_secret_changes', ...expected, settings: [path, ...HOT] },
      { name: 'prune_audit_log', ...swept },
      { name: 'purge_secrets', ...ofTrash },
      { name: 'read_audit_batches', ...expected, settings: [path, ...ALONG_INDEXES] },
      { name: 'read_audit_checkpoints', ...ofProofs },
      { name: 'read_audit_epochs', ...ofProofs },
      { name: 'read_audit_events', ...expected, settings: [path, ...ALONG_INDEXES] },
      { name: 'read_audit_leaves', ...ofProofs },
      { name: 'read_audit_log_keys', ...ofProofs },
      { name: 'read_audit_nodes', ...ofProofs },
      { name: 'read_secret_changes', ...expected, settings: [path, ...HOT] },
      { name: 'read_secrets', ...expected, settings: [path, ...HOT] },
      { name: 'refresh_secret_statistics', ...expected, owner: OWNER, settings: [path, 'lock_timeout=50ms'] },
      { name: 'release_audit_sink', ...expected },
      { name: 'remove_pruned_events', ...swept, settings: [path, ...ALONG_INDEXES] },
      { name: 'remove_pruned_leaves', ...swept, settings: [path, ...ALONG_INDEXES] },
      { name: 'seal_pending_events', ...expected, settings: [path, ...ALONG_INDEXES] },
      { name: 'search_secret_keys', ...expected, settings: [path, 'plan_cache_mode=force_generic_plan'] },
      { name: 'search_secret_labels', ...expected, settings: [path, 'plan_cache_mode=force_generic_plan'] },
      { name: 'secret_key_elsewhere', ...expected },
      { name: 'secret_reads_known_until', ...expected },
      { name: 'sequence_secret_changes', ...expected, settings: [path, ...HOT] },
      { name: 'store_sealed_logs', ...expected, settings: [path, ...HOT.slice(1)] },
      { name: 'sweep_audit_batches', ...expected, settings: [path, HOT[1]] },
      { name: 'sweep_secret_changes', ...expected, settings: [path, ...HOT] },
      { name: 'sweep_trash', ...swept },
      // Deletes leaves, to which the reader has no right.
      {
        name: 'take_back_unsigned_leaves',
        ...expected,
        owner: OWNER,
        settings: [path, ...ALONG_INDEXES],
        callers: [READER_ROLE],
      },
      { name: 'take_from_trash', ...ofTrash },
      { name: 'thin_audit_checkpoints', ...expected, settings: [path, ...HOT.slice(1)] },
      { name: 'trash_secret', ...ofTrash },
      { name: 'user_owns_secrets', ...expected },
    ]);
  });

  it('plans the look-up of callers as it plans reads', async () => {
    const settings = await database.asSuperuser(
      `SELECT proconfig AS settings FROM pg_proc WHERE proname = 'find_identities'`,
    );
    expect(settings).toEqual([{ settings: HOT }]);
  });

  it('lets nobody else call any function', async () => {
    const open = await names(
      `SELECT proname AS name FROM pg_proc p,
         aclexplode(coalesce(proacl, acldefault('f', proowner))) a
       WHERE pronamespace = 'public'::regnamespace AND a.grantee = 0`,
    );
    expect(open).toEqual([]);
  });

  it('gives the reader nothing to change but what it appends and the feed, and nothing secret of users', async () => {
    const grants = await database.asSuperuser(
      `SELECT table_name AS name, string_agg(privilege_type, ',' ORDER BY privilege_type) AS may
       FROM information_schema.role_table_grants WHERE grantee = $1 GROUP BY 1 ORDER BY 1`,
      [READER_ROLE],
    );
    expect(grants).toEqual([
      { name: 'audit_backfill', may: 'DELETE,SELECT,UPDATE' },
      { name: 'audit_batches', may: 'DELETE,INSERT,SELECT' },
      { name: 'audit_checkpoints', may: 'DELETE,INSERT,SELECT,UPDATE' },
      { name: 'audit_events', may: 'INSERT,SELECT' },
      { name: 'audit_leaves', may: 'INSERT,SELECT' },
      { name: 'audit_log_keys', may: 'INSERT,SELECT' },
      { name: 'audit_logs', may: 'INSERT,SELECT,UPDATE' },
      { name: 'audit_nodes', may: 'INSERT,SELECT' },
      { name: 'audit_pending', may: 'DELETE,INSERT,SELECT,UPDATE' },
      { name: 'audit_pruned', may: 'SELECT' },
      { name: 'audit_sinks', may: 'DELETE,INSERT,SELECT,UPDATE' },
      { name: 'installation', may: 'SELECT' },
      { name: 'role_permissions', may: 'SELECT' },
      { name: 'secret_changes', may: 'DELETE,INSERT,SELECT' },
      { name: 'secret_changes_pending', may: 'DELETE,INSERT,SELECT' },
      { name: 'secret_keys', may: 'SELECT' },
      { name: 'secret_reads_pending', may: 'SELECT' },
      { name: 'secrets', may: 'SELECT' },
      { name: 'tenant_user_groups', may: 'SELECT' },
      { name: 'tenant_users', may: 'SELECT' },
      { name: 'user_group_members', may: 'SELECT' },
      { name: 'user_groups', may: 'SELECT' },
    ]);
    const columns = await names(
      `SELECT column_name AS name FROM information_schema.role_column_grants
       WHERE grantee = $1 AND table_name = 'users' ORDER BY 1`,
      [READER_ROLE],
    );
    expect(columns).toEqual(['id', 'system_role', 'username']);
    const changed = await names(
      `SELECT DISTINCT column_name AS name FROM information_schema.role_column_grants
       WHERE grantee = $1 AND table_name = 'secrets' AND privilege_type = 'UPDATE'`,
      [READER_ROLE],
    );
    expect(changed).toEqual(['expiry_noted']);
    const [role] = await database.asSuperuser(
      `SELECT rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = $1`,
      [READER_ROLE],
    );
    expect(Object.values(role ?? { missing: true })).toEqual([false, false, false, false, false]);
  });
});
