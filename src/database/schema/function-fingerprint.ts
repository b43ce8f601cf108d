import type { SqlRunner } from './role-variables.js';

/**
 * Hashes what the catalogue says of functions. Identifies roles by name, since a restore into another server gives them
 * other numbers.
 */
const FINGERPRINT = `
  SELECT encode(sha256(convert_to(coalesce(string_agg(f.line, E'\\n' ORDER BY f.line COLLATE "C"), ''), 'UTF8')), 'hex')
    AS fingerprint
  FROM (
    SELECT concat_ws(' | ', p.proname, pg_get_function_identity_arguments(p.oid), pg_get_function_result(p.oid),
             l.lanname, p.provolatile, p.prosrc, p.prosecdef, p.proconfig, pg_get_userbyid(p.proowner), (
               SELECT string_agg(concat_ws(' ', CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END,
                                           a.privilege_type, a.is_grantable), ', ' ORDER BY a.grantee::regrole::text)
               FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
             )) AS line
    FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
    WHERE p.pronamespace = 'public'::regnamespace AND p.proname = ANY ($1)
  ) f`;

/** Returns a hash of what the catalogue holds of functions: signature, text, owner, settings and grants. */
export async function functionFingerprint(runner: SqlRunner, names: readonly string[]): Promise<string> {
  const [row] = (await runner.query(FINGERPRINT, [names])) as [{ fingerprint: string }];
  return row.fingerprint;
}
