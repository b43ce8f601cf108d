import type { QueryRunner } from 'typeorm';

export interface RoleNames {
  readonly app: string;
  readonly reader: string;
}

/**
 * The names of the service's two roles, quoted for SQL. Roles belong to the whole server and databases migrate side
 * by side on it, so the names come from the settings `strongroom.app_role` and `strongroom.reader_role`.
 */
export async function roleNames(runner: QueryRunner): Promise<RoleNames> {
  const rows = (await runner.query(`
    SELECT quote_ident(coalesce(nullif(current_setting('strongroom.app_role', true), ''), 'strongroom_app')) AS app,
           quote_ident(coalesce(nullif(current_setting('strongroom.reader_role', true), ''), 'strongroom_reader')) AS reader
  `)) as [RoleNames];
  return rows[0];
}
