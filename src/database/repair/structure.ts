import { shortList } from '../../common/names/short-list.js';
import { declaredStatements, rolesIn, type DeclaredStatement } from '../schema/declared-statements.js';
import { withVariables, type SchemaVariables } from '../schema/read-schema.js';
import type { SqlRunner } from '../schema/role-variables.js';
import { identifier, rowsOf, type Damage, type SchemaRoles } from './damage.js';

const RESTORE = 'restore the backup again, and read the errors of the restore';

/** Finds tables, views and types that are missing, which only a restore can bring back. */
export async function findMissingTables(runner: SqlRunner): Promise<Damage[]> {
  const names = declaredStatements()
    .filter(({ kind }) => ['table', 'view', 'type'].includes(kind))
    .map(({ name }) => name);
  const missing = await rowsOf<{ name: string }>(
    runner,
    'SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NULL',
    [names],
  );
  if (missing.length === 0) return [];
  return [{ problem: `the database lacks ${shortList(missing.map(({ name }) => name))}`, cure: RESTORE }];
}

/** Finds policies, row-level security and indexes that are missing, and constraints. */
export async function findStructureDamage(
  runner: SqlRunner,
  { appRole, readerRole }: SchemaRoles,
): Promise<Damage[]> {
  const variables = {
    app_role: appRole,
    reader_role: readerRole,
    trigram_schema: await schemaOfTrigrams(runner),
  };
  return [
    ...(await missingConstraints(runner)),
    ...(await missingRowSecurity(runner)),
    ...(await wrongPolicies(runner, variables)),
    ...(await missingIndexes(runner, variables)),
  ];
}

async function schemaOfTrigrams(runner: SqlRunner): Promise<string> {
  const [row] = await rowsOf<{ name: string }>(
    runner,
    `SELECT nspname::text AS name FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'pg_trgm'`,
  );
  return row?.name ?? 'strongroom_extensions';
}

const declared = (kind: DeclaredStatement['kind']): DeclaredStatement[] =>
  declaredStatements().filter((statement) => statement.kind === kind);

async function missingConstraints(runner: SqlRunner): Promise<Damage[]> {
  const constraints = declared('table').flatMap(({ table, sql }) =>
    [...sql.matchAll(/\bCONSTRAINT (\w+)/g)].map(([, name = '']) => ({ table, name })),
  );
  const missing = await rowsOf<{ name: string }>(
    runner,
    `SELECT d.name FROM unnest($1::text[], $2::text[]) AS d ("table", name)
     WHERE NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = to_regclass(d."table") AND c.conname = d.name)`,
    [constraints.map(({ table }) => table), constraints.map(({ name }) => name)],
  );
  if (missing.length === 0) return [];
  return [
    {
      problem: `the database lacks the constraints ${shortList(missing.map(({ name }) => name))}`,
      cure: RESTORE,
    },
  ];
}

async function missingRowSecurity(runner: SqlRunner): Promise<Damage[]> {
  const open = await rowsOf<{ name: string }>(
    runner,
    `SELECT c.relname::text AS name FROM pg_class c WHERE c.oid = ANY (SELECT to_regclass(t) FROM unnest($1::text[]) t)
       AND NOT c.relrowsecurity`,
    [declared('row security').map(({ table }) => table)],
  );
  return open.map(({ name }) => ({
    rowSecurity: true,
    problem: `row-level security is not active for ${name}`,
    mend: [`ALTER TABLE ${identifier(name)} ENABLE ROW LEVEL SECURITY`],
  }));
}

/** Finds policies that are missing, or bind other roles than declared, since the roles were missing or were renamed. */
async function wrongPolicies(runner: SqlRunner, variables: SchemaVariables): Promise<Damage[]> {
  const policies = declared('policy');
  const present = await rowsOf<{ table: string; name: string; roles: string[] }>(
    runner,
    `SELECT polrelid::regclass::text AS "table", polname::text AS name,
            ARRAY(SELECT pg_get_userbyid(r)::text FROM unnest(polroles) r WHERE r <> 0) AS roles FROM pg_policy`,
  );
  return policies.flatMap(({ table, name, sql }) => {
    const expected = rolesIn(/ TO ([^;(]+?)\s+(?:USING|WITH)/.exec(sql)?.[1] ?? '').map(
      (role) => variables[role],
    );
    const found = present.find((policy) => policy.table === table && policy.name === name);
    if (found !== undefined && found.roles.sort().join() === expected.sort().join()) return [];
    return {
      rowSecurity: true,
      problem: `the policy ${name} of ${table} is missing or binds other roles`,
      mend: [
        `DROP POLICY IF EXISTS ${identifier(name)} ON ${identifier(table)}`,
        withVariables(sql, variables),
      ],
    };
  });
}

async function missingIndexes(runner: SqlRunner, variables: SchemaVariables): Promise<Damage[]> {
  const indexes = declared('index');
  const missing = await rowsOf<{ name: string }>(
    runner,
    `SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NULL`,
    [indexes.map(({ name }) => name)],
  );
  return missing.map(({ name }) => ({
    problem: `the index ${name} is missing`,
    mend: indexes.filter((index) => index.name === name).map(({ sql }) => withVariables(sql, variables)),
  }));
}
