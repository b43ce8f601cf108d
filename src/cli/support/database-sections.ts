import type { SqlConnection } from '../../database/connection/sql-connection.js';
import { declaredStatements } from '../../database/schema/declared-statements.js';

/** Selects the partitions of the audit trail, whose names are of months. */
const MONTHS = `SELECT inhrelid FROM pg_inherits WHERE inhparent = to_regclass('audit_events')`;

/**
 * Lists what is asked of the database: versions, sizes, numbers and settings; $1 are the names of the tables. Nothing that
 * a tenant, a user or an operator has named is among it, and no setting whose value is a text, since commands and
 * connections of servers hold passwords.
 */
const STATEMENTS: Readonly<Record<string, string>> = {
  migrations: 'SELECT name, timestamp FROM schema_migrations ORDER BY id',
  functions: 'SELECT number, fingerprint, installed_at FROM schema_functions',
  server: `SELECT current_setting('server_version') AS version, current_setting('server_encoding') AS encoding,
              (SELECT datcollate FROM pg_database WHERE datname = current_database()) AS collation,
              pg_is_in_recovery() AS standby, pg_has_role('pg_monitor', 'USAGE') AS sees_all_sessions, date_trunc('second', now() - pg_postmaster_start_time())::text AS up,
              pg_database_size(current_database()) AS bytes`,
  extensions: `SELECT extname AS name, extversion AS version FROM pg_extension ORDER BY 1`,
  sizes: `SELECT c.relname::text AS name, pg_table_size(c.oid) AS table_bytes, pg_indexes_size(c.oid) AS index_bytes,
              c.reltuples::bigint AS rows, s.n_dead_tup AS dead_rows, s.last_autovacuum, s.last_autoanalyze
       FROM pg_class c LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND (c.relname = ANY ($1) OR c.oid IN (${MONTHS}))
       ORDER BY 1`,
  other_tables: `SELECT count(*) FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
         AND c.relname <> ALL ($1) AND c.relname <> 'schema_migrations' AND c.oid NOT IN (${MONTHS})`,
  counts: `SELECT (SELECT count(*) FROM tenants WHERE deleted_at IS NULL) AS tenants,
              (SELECT count(*) FROM tenants WHERE deleted_at IS NOT NULL) AS deleted_tenants,
              (SELECT count(*) FROM users WHERE deleted_at IS NULL) AS users,
              (SELECT count(*) FROM user_groups) AS groups, (SELECT count(*) FROM tokens) AS tokens,
              (SELECT count(*) FROM login_failures) AS login_counters,
              (SELECT count(*) FROM login_failures WHERE locked_until > now()) AS locks,
              (SELECT activated_at IS NOT NULL FROM maintenance) AS maintenance`,
  secrets: `SELECT visibility, is_hidden_value AS hidden, deleted_at IS NOT NULL AS trashed, count(*),
              max(octet_length(value)) AS longest
       FROM secrets GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
  keys: `SELECT (SELECT count(*) FROM tenant_keys) AS tenant_keys, (SELECT count(*) FROM root_keys) AS root_keys,
              (SELECT count(*) FROM root_keys WHERE state = 'active') AS active_root_keys`,
  settings: `SELECT name, setting, unit, source FROM pg_settings
       WHERE vartype IN ('bool', 'integer', 'real', 'enum') AND name NOT LIKE '%.%'
         AND (source NOT IN ('default', 'override', 'client', 'session')
              OR name IN ('max_connections', 'shared_buffers', 'wal_level', 'fsync', 'synchronous_commit', 'full_page_writes'))
       ORDER BY 1`,
  texts_that_are_set: `SELECT name, source FROM pg_settings WHERE vartype = 'string' AND name NOT LIKE '%.%' AND setting <> ''
         AND source NOT IN ('default', 'override', 'client', 'session') ORDER BY 1`,
  locks: `SELECT mode, granted, count(*) FROM pg_locks GROUP BY 1, 2 ORDER BY 1, 2`,
  replication: `SELECT state, sync_state, pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) AS bytes_behind
       FROM pg_stat_replication`,
  archiver: `SELECT archived_count, failed_count, last_archived_time, last_failed_time FROM pg_stat_archiver`,
};

/** Answers a section, or says why it cannot. */
export type Section = (name: string, work: () => Promise<unknown>) => Promise<void>;

/** Asks each statement by itself, so that one that is refused costs no other. */
export async function databaseSections(connection: SqlConnection, section: Section): Promise<void> {
  const tables = declaredStatements()
    .filter(({ kind }) => kind === 'table')
    .map(({ name }) => name);
  for (const [name, sql] of Object.entries(STATEMENTS))
    await section(`database.${name}`, () => connection.query(sql, sql.includes('$1') ? [tables] : []));
}
