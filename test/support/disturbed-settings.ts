import { APP_ROLE } from './database.js';
import type { TestDatabase } from './database.js';
import { query, testServer } from './server.js';

/** Gives each setting that a session sets a value that PostgreSQL takes and nobody would want. */
export const disturbances: Readonly<Record<string, string>> = {
  DateStyle: 'German, DMY',
  IntervalStyle: 'iso_8601',
  TimeZone: 'Asia/Kathmandu',
  'app.tenant': '11111111-1111-4111-8111-111111111111',
  'app.tenants': '11111111-1111-4111-8111-111111111111',
  array_nulls: 'off',
  backslash_quote: 'off',
  bytea_output: 'escape',
  check_function_bodies: 'off',
  client_encoding: 'LATIN1',
  client_min_messages: 'debug5',
  default_transaction_deferrable: 'on',
  default_transaction_isolation: 'serializable',
  escape_string_warning: 'off',
  exit_on_error: 'on',
  extra_float_digits: '-15',
  gin_fuzzy_search_limit: '1',
  idle_in_transaction_session_timeout: '1ms',
  idle_session_timeout: '1ms',
  jit: 'on',
  lock_timeout: '1ms',
  quote_all_identifiers: 'on',
  row_security: 'off',
  search_path: 'nowhere',
  standard_conforming_strings: 'off',
  statement_timeout: '1ms',
  transaction_timeout: '30s',
  transform_null_equals: 'on',
};

/**
 * Names the version since which the server has a setting, for those that came after the oldest version that is
 * supported.
 */
const SINCE: Readonly<Record<string, number>> = { transaction_timeout: 17 };

/** Tells whether a server of the version has a setting. */
export function hasSetting(version: number, name: string): boolean {
  return version >= (SINCE[name] ?? 0);
}

/** Sets the named settings for the database and, there, for the roles. */
export async function disturb(
  database: TestDatabase,
  names: readonly string[],
  roles: readonly string[],
): Promise<void> {
  for (const place of placesOf(database, roles))
    for (const name of names) await asAdmin(`${place} SET ${name} = ${literal(name)}`);
}

/** Takes back what `disturb` did. */
export async function undisturb(database: TestDatabase, roles: readonly string[]): Promise<void> {
  for (const place of placesOf(database, roles)) await asAdmin(`${place} RESET ALL`);
}

function placesOf({ name }: TestDatabase, roles: readonly string[]): string[] {
  return [
    `ALTER DATABASE ${name}`,
    ...[...roles, APP_ROLE].map((role) => `ALTER ROLE ${role} IN DATABASE ${name}`),
  ];
}

/** Writes lists such as DateStyle without quotes, since the server reads a quoted one as a single name. */
function literal(name: string): string {
  const value = disturbances[name] ?? '';
  return name === 'DateStyle' ? value : `'${value}'`;
}

async function asAdmin(text: string): Promise<void> {
  await query((await testServer()).url('postgres', 'postgres'), text);
}
