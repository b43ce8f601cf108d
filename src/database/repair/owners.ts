import { shortList } from '../../common/names/short-list.js';
import { declaredFunctions, declaredStatements } from '../schema/declared-statements.js';
import { identifier, rowsOf, type Damage, type SchemaRoles } from './damage.js';
import type { SqlRunner } from '../schema/role-variables.js';

interface OwnedObject {
  /** Stands between ALTER and OWNER TO. */
  readonly object: string;
  readonly name: string;
  readonly owner: string;
  /** True if the login of the connection may act as the owner. */
  readonly mine: boolean;
  readonly required: string;
}

/**
 * Selects our objects that the login may not change, and those that should belong to the owner of `secrets`, or to the
 * login where that is a role of the service. The functions of the reader are left out, since their installation sees to
 * their owner (`functionsProblem`).
 */
const WRONG_OWNERS = `
  WITH secrets AS (
    SELECT relowner AS owner, pg_get_userbyid(relowner) = ANY ($4) AS is_service FROM pg_class
    WHERE oid = to_regclass('secrets')
  ), ours AS (
    SELECT coalesce((SELECT owner FROM secrets WHERE NOT is_service), quote_ident(current_user)::regrole::oid) AS owner
  ), objects AS (
    SELECT CASE c.relkind WHEN 'v' THEN 'VIEW ' WHEN 'c' THEN 'TYPE ' ELSE 'TABLE ' END || c.oid::regclass AS object,
           c.relname::text AS name, c.relowner AS owner, (SELECT owner FROM ours) AS required
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'c')
      AND (c.relname = ANY ($1) OR EXISTS (
        SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid AND i.inhparent = to_regclass('audit_events')))
    UNION ALL
    SELECT 'FUNCTION ' || p.oid::regprocedure, p.proname::text, p.proowner,
           CASE WHEN p.proname = ANY ($3) THEN p.proowner ELSE (SELECT owner FROM ours) END
    FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.proname = ANY ($2)
  )
  SELECT object, name, pg_get_userbyid(owner)::text AS owner, pg_has_role(owner, 'USAGE') AS mine,
         pg_get_userbyid(required)::text AS required
  FROM objects WHERE owner <> required OR NOT pg_has_role(owner, 'USAGE') AND pg_get_userbyid(owner) <> $5
  ORDER BY name, object`;

/** Finds objects of the wrong owner. */
export async function findOwnerDamage(runner: SqlRunner, roles: SchemaRoles): Promise<Damage[]> {
  const functions = declaredFunctions();
  const { appRole, readerRole, serviceLogin } = roles;
  const objects = await rowsOf<OwnedObject>(runner, WRONG_OWNERS, [
    [...relationNames(), 'schema_migrations'],
    functions.map(({ name }) => name),
    functions.filter(({ ofReader }) => ofReader).map(({ name }) => name),
    [appRole, readerRole, ...(serviceLogin === undefined ? [] : [serviceLogin])],
    readerRole,
  ]);
  const foreign = objects.filter(({ mine }) => !mine);
  if (foreign.length > 0) return [await foreignDamage(runner, foreign)];
  return objects.map(({ object, name, owner, required }) => ({
    problem: `${name} belongs to ${owner} instead of ${required}`,
    mend: [`ALTER ${object} OWNER TO ${identifier(required)}`],
  }));
}

function relationNames(): string[] {
  return declaredStatements()
    .filter(({ kind }) => kind === 'table' || kind === 'view' || kind === 'type')
    .map(({ name }) => name);
}

/** Says that the login may not change the objects, since another one restored them. */
async function foreignDamage(runner: SqlRunner, objects: readonly OwnedObject[]): Promise<Damage> {
  const [me] = await rowsOf<{ login: string; database: string }>(
    runner,
    'SELECT current_user::text AS login, current_database()::text AS database',
  );
  const owners = [...new Set(objects.map(({ owner }) => owner))];
  return {
    problem: `${shortList(objects.map(({ name }) => name))} belong to ${shortList(owners)}, and ${me?.login ?? 'the login'} may not change them`,
    cure:
      `give the owner's login in DATABASE_OWNER_URL or, after a restore, connect to the database ${me?.database ?? ''} as ${shortList(owners)} or as a superuser and run ` +
      'deploy/postgres-init.sql, which gives them to the owner',
  };
}
