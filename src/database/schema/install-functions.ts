import type { DataSource } from 'typeorm';
import { belongsToReader } from './declared-statements.js';
import { functionFingerprint } from './function-fingerprint.js';
import type { FunctionSet } from './function-set.js';
import { withVariables } from './read-schema.js';
import { roleVariables, type SqlRunner } from './role-variables.js';

/**
 * Installs the functions in one transaction if the database has none or a lower number. Installs them again if the
 * catalogue no longer matches what was installed, since a restore may have lost owners or grants. Never touches
 * functions of a higher number. The caller must hold the migration lock.
 *
 * @returns whether anything was installed
 */
export function installFunctions(dataSource: DataSource, functions: FunctionSet): Promise<boolean> {
  return dataSource.transaction(async (manager) => {
    if ((await functionsProblem(manager, functions)) === undefined) return false;
    await replaceFunctions(manager, functions);
    await manager.query(
      `INSERT INTO schema_functions (number, fingerprint) VALUES ($1, $2)
       ON CONFLICT (singleton) DO UPDATE SET number = excluded.number, fingerprint = excluded.fingerprint,
         installed_at = excluded.installed_at`,
      [functions.number, await functionFingerprint(manager, namesOf(functions))],
    );
    return true;
  });
}

/** Returns the problem with the database's functions, for the operator; undefined if there is none. */
export async function functionsProblem(
  runner: SqlRunner,
  functions: FunctionSet,
): Promise<string | undefined> {
  const [installed] = (await runner.query('SELECT number, fingerprint FROM schema_functions')) as {
    number: number;
    fingerprint: string;
  }[];
  if (installed === undefined) return 'the functions are not installed';
  if (installed.number > functions.number) return undefined;
  if (installed.number < functions.number) return 'the functions are those of an older version';
  const found = await functionFingerprint(runner, namesOf(functions));
  if (found !== installed.fingerprint) return 'the functions differ from those that were installed';
  return readersProblem(runner, functions);
}

/** Returns the problem that functions of the reader belong to another role; undefined if there is none. */
async function readersProblem(runner: SqlRunner, { texts }: FunctionSet): Promise<string | undefined> {
  const { reader_role: reader } = await roleVariables(runner);
  const ofReader = [...texts].filter(([, text]) => belongsToReader(text));
  const others = (await runner.query(
    `SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.proname = ANY ($1)
       AND pg_get_userbyid(p.proowner) <> $2`,
    [ofReader.map(([name]) => name), reader],
  )) as unknown[];
  return others.length === 0 ? undefined : `functions of ${reader} belong to another role`;
}

/**
 * Replaces all functions. Grants the reader CREATE on the schema for the time of the change, since a new owner needs
 * it.
 */
async function replaceFunctions(runner: SqlRunner, { texts }: FunctionSet): Promise<void> {
  const roles = await roleVariables(runner);
  await revokeAll(runner, [...texts.keys()]);
  await runner.query(withVariables('GRANT CREATE ON SCHEMA public TO :"reader_role"', roles));
  for (const text of texts.values()) await runner.query(withVariables(text, roles));
  await runner.query(withVariables('REVOKE CREATE ON SCHEMA public FROM :"reader_role"', roles));
}

/** Revokes all existing grants, so that the files alone determine them, except the owner's own. */
async function revokeAll(runner: SqlRunner, names: readonly string[]): Promise<void> {
  const grants = (await runner.query(
    `SELECT format('REVOKE ALL ON FUNCTION %s FROM %s', p.oid::regprocedure,
                   CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END) AS revoke
     FROM pg_proc p, aclexplode(p.proacl) a
     WHERE p.pronamespace = 'public'::regnamespace AND p.proname = ANY ($1) AND a.grantee <> p.proowner`,
    [names],
  )) as { revoke: string }[];
  for (const { revoke } of grants) await runner.query(revoke);
  // Only a role that may call a function can replace it.
  const own = (await runner.query(
    `SELECT format('GRANT EXECUTE ON FUNCTION %s TO %I', p.oid::regprocedure, pg_get_userbyid(p.proowner)) AS grant
     FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.proname = ANY ($1)
       AND NOT has_function_privilege(p.proowner, p.oid, 'EXECUTE')`,
    [names],
  )) as { grant: string }[];
  for (const { grant } of own) await runner.query(grant);
}

function namesOf({ texts }: FunctionSet): string[] {
  return [...texts.keys()];
}
