import type pg from 'pg';

export type SessionSettings = Readonly<Record<string, string>>;

/**
 * Lists the settings that decide what a statement means or how its result is written, as `SHOW` shows them. Every
 * session has them from its first moment on, so that no setting of a database or a role changes an answer.
 *
 * `default_transaction_read_only` is missing on purpose: operators and cloud providers use it to protect a full server.
 */
export const COMMON_SETTINGS: SessionSettings = {
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  'app.tenant': '',
  'app.tenants': '',
  array_nulls: 'on',
  backslash_quote: 'safe_encoding',
  bytea_output: 'hex',
  check_function_bodies: 'on',
  client_encoding: 'UTF8',
  client_min_messages: 'warning',
  default_transaction_deferrable: 'off',
  default_transaction_isolation: 'read committed',
  exit_on_error: 'off',
  extra_float_digits: '1',
  gin_fuzzy_search_limit: '0',
  idle_session_timeout: '0',
  quote_all_identifiers: 'off',
  row_security: 'on',
  search_path: 'public',
  standard_conforming_strings: 'on',
  transform_null_equals: 'off',
};

/** Lists the settings that only some versions of PostgreSQL have, so that a session cannot begin with them. */
export const SETTINGS_OF_SOME_VERSIONS: SessionSettings = {
  escape_string_warning: 'on',
  transaction_timeout: '0',
};

/**
 * Lists what the sessions must find and cannot set themselves, each with what to do.
 */
export const SETTINGS_OF_THE_SERVER: Readonly<Record<string, { value: string; cure: string }>> = {
  server_encoding: { value: 'UTF8', cure: 'create the database with ENCODING UTF8' },
  session_replication_role: {
    value: 'origin',
    cure: 'as a superuser, reset it: ALTER DATABASE … RESET session_replication_role, or ALTER ROLE … RESET',
  },
};

const SET = `SELECT pg_catalog.set_config(s.name, s.value, false)
  FROM unnest($1::text[], $2::text[]) AS s (name, value)
  WHERE s.name LIKE '%.%' OR pg_catalog.current_setting(s.name, true) IS NOT NULL`;

/**
 * Sets the settings again on a new connection, with those that only some versions have: a pooler in session mode drops
 * what a connection began with.
 * @throws the driver's error when the server refuses a setting, such as a role that does not exist
 */
export async function prepareSession(client: pg.ClientBase, settings: SessionSettings): Promise<void> {
  const all = { ...settings, ...SETTINGS_OF_SOME_VERSIONS };
  await client.query(SET, [Object.keys(all), Object.values(all)]);
}
