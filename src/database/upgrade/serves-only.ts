import type { SqlRunner } from '../schema/role-variables.js';

/**
 * Tells whether the login of a connection serves only: it has the rights of the service's role, but may not change the
 * tables or, where there are none, create them.
 */
export async function servesOnly(runner: SqlRunner, appRole: string): Promise<boolean> {
  const [row] = (await runner.query(
    `SELECT coalesce(pg_has_role(to_regrole(quote_ident($1)), 'USAGE'), false)
        AND NOT coalesce(
          pg_has_role((SELECT relowner FROM pg_class WHERE oid = to_regclass('secrets')), 'USAGE'),
          has_schema_privilege('public', 'CREATE')
        ) AS serves`,
    [appRole],
  )) as { serves: boolean }[];
  return row?.serves === true;
}
