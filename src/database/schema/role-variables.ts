import type { SchemaVariables } from './read-schema.js';

/** Describes the part of a connection that the schema needs. */
export interface SqlRunner {
  query(sql: string, values?: unknown[]): Promise<unknown>;
}

/**
 * Returns the names of the service's two roles. Roles belong to the whole server, which may hold several databases, so
 * the names come from the session settings `strongroom.app_role` and `strongroom.reader_role`.
 */
export async function roleVariables(runner: SqlRunner): Promise<SchemaVariables> {
  const [names] = (await runner.query(`
    SELECT coalesce(nullif(current_setting('strongroom.app_role', true), ''), 'strongroom_app') AS app_role,
           coalesce(nullif(current_setting('strongroom.reader_role', true), ''), 'strongroom_reader') AS reader_role
  `)) as [SchemaVariables];
  return names;
}
