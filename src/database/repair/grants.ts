import { shortList } from '../../common/names/short-list.js';
import { declaredStatements, declaredTableGrants } from '../schema/declared-statements.js';
import { withVariables } from '../schema/read-schema.js';
import type { SqlRunner } from '../schema/role-variables.js';
import { identifier, rowsOf, type Damage, type SchemaRoles } from './damage.js';

interface Grant {
  readonly object: string;
  readonly text: string;
}

/** Selects the rights of everybody ('PUBLIC') and of the given roles on tables, as lines. */
const ACTUAL = `
  SELECT c.relname::text AS object, concat_ws(' ', g.grantee, g.privilege, g.col) AS text
  FROM pg_class c CROSS JOIN LATERAL (
    SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee)::text END AS grantee,
           a.privilege_type AS privilege, NULL AS col
    FROM aclexplode(c.relacl) a WHERE a.grantee <> c.relowner
    UNION
    SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee)::text END, a.privilege_type, attname::text
    FROM pg_attribute t, aclexplode(t.attacl) a WHERE t.attrelid = c.oid AND a.grantee <> c.relowner
  ) g
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND g.grantee = ANY ($2)
    AND (c.relname = ANY ($1) OR EXISTS (
      SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid AND i.inhparent = to_regclass('audit_events')))`;

/**
 * Finds rights on tables that the service's roles have lost or that the files do not give them. Rights of other roles,
 * such as those of a backup, are none of our business.
 */
export async function findGrantDamage(runner: SqlRunner, roles: SchemaRoles): Promise<Damage[]> {
  const { appRole, readerRole, serviceLogin } = roles;
  const nameOf = { app_role: appRole, reader_role: readerRole };
  const expected: Grant[] = declaredTableGrants().map(({ role, privilege, object, column }) => ({
    object,
    text: [nameOf[role], privilege, ...(column === null ? [] : [column])].join(' '),
  }));
  const grantees = ['PUBLIC', appRole, readerRole, ...(serviceLogin === undefined ? [] : [serviceLogin])];
  const tables = [
    ...new Set([...expected.map(({ object }) => object), 'schema_functions', 'schema_migrations']),
  ];
  const actual = await rowsOf<Grant>(runner, ACTUAL, [tables, grantees]);
  const missing = difference(expected, actual);
  const surplus = difference(actual, expected);
  return [
    { problem: 'rights are missing', grants: missing },
    { problem: 'there are rights too many', grants: surplus },
  ]
    .filter(({ grants }) => grants.length > 0)
    .map(({ problem, grants }) => ({
      problem: `${problem}: ${shortList(grants.map(({ object, text }) => `${text} on ${object}`))}`,
      mend: [...new Set(grants.map(({ object }) => object))].flatMap((object) =>
        grantsAnew(object, grantees, { appRole, readerRole }),
      ),
    }));
}

function difference(all: readonly Grant[], without: readonly Grant[]): Grant[] {
  const others = new Set(without.map(({ object, text }) => `${text} on ${object}`));
  return all
    .filter(({ object, text }) => !others.has(`${text} on ${object}`))
    .sort((a, b) => (a.object < b.object ? -1 : Number(a.object > b.object)));
}

/** Returns the statements that take all rights on a table away and give the declared ones. */
function grantsAnew(
  object: string,
  grantees: readonly string[],
  { appRole, readerRole }: Pick<SchemaRoles, 'appRole' | 'readerRole'>,
): string[] {
  const from = grantees.map((name) => (name === 'PUBLIC' ? name : identifier(name))).join(', ');
  const variables = { app_role: appRole, reader_role: readerRole };
  const grants = declaredStatements().filter(({ kind, table }) => kind === 'grant' && table === object);
  return [
    `REVOKE ALL ON ${identifier(object)} FROM ${from}`,
    ...grants.map(({ sql }) => withVariables(sql, variables)),
  ];
}
