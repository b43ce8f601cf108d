import { printable } from '../../common/printable.js';
import { readSchemaFile, withVariables } from '../schema/read-schema.js';
import type { SqlRunner } from '../schema/role-variables.js';
import { identifier, rowsOf, type Damage, type SchemaRoles } from './damage.js';

interface RoleFacts {
  readonly missing: string[];
  /** The roles that the login of the connection may not act as. */
  readonly foreign: string[];
  /** The roles that may not see the schema. */
  readonly blind: string[];
  /** The roles, or PUBLIC, that may create objects in the schema. */
  readonly creators: string[];
  readonly schema_is_ours: boolean;
  readonly may_create_roles: boolean;
  readonly login: string;
  readonly database: string;
}

const FACTS = `
  WITH named AS (SELECT name, to_regrole(quote_ident(name)) AS role FROM unnest($1::text[]) AS name),
  rights AS (
    SELECT a.grantee, a.privilege_type AS privilege, n.nspowner AS owner
    FROM pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a WHERE n.nspname = 'public'
  )
  SELECT ARRAY(SELECT name FROM named WHERE role IS NULL) AS missing,
         ARRAY(SELECT name FROM named WHERE role IS NOT NULL AND NOT (
           pg_has_role(role, 'USAGE')
           AND CASE WHEN current_setting('server_version_num')::integer >= 160000
                    THEN pg_has_role(role, 'SET') ELSE true END
         )) AS foreign,
         ARRAY(SELECT name FROM named WHERE role IS NOT NULL AND NOT EXISTS (
           SELECT FROM rights WHERE grantee = role AND privilege = 'USAGE'
         )) AS blind,
         ARRAY(SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee)::text END FROM rights
               WHERE privilege = 'CREATE' AND (grantee = 0 OR grantee IN (SELECT role FROM named))) AS creators,
         (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user) AS may_create_roles,
         (SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = 'public') AS schema_is_ours,
         current_user::text AS login, current_database()::text AS database`;

/** Finds out whether the two roles exist, whether the owner may act as them, and what they may in the schema. */
export async function findRoleDamage(
  runner: SqlRunner,
  { appRole, readerRole }: SchemaRoles,
): Promise<Damage[]> {
  const [facts] = (await rowsOf<RoleFacts>(runner, FACTS, [[appRole, readerRole]])) as [RoleFacts];
  const { missing, foreign, blind, creators, login } = facts;
  const variables = { app_role: appRole, reader_role: readerRole };
  const anew = withVariables(readSchemaFile('roles.sql'), variables);
  const found: (Damage | false)[] = [
    missing.length > 0 && ofMissing(facts, [anew]),
    !facts.schema_is_ours && {
      problem: `${login} does not own the schema public`,
      cure: `connect to the database ${facts.database} as a superuser and run deploy/postgres-init.sql, which makes it the owner`,
    },
    foreign.length > 0 && { problem: `${login} may not act as ${foreign.join(' and ')}`, mend: [anew] },
    blind.length > 0 && {
      problem: `${blind.join(' and ')} may not see the schema public`,
      mend: [anew],
    },
    creators.length > 0 && {
      problem: `${creators.join(' and ')} may create objects in the schema public`,
      mend: [`REVOKE CREATE ON SCHEMA public FROM ${creators.map(grantee).join(', ')}`],
    },
  ];
  return found.filter((damage) => damage !== false);
}

function ofMissing({ missing, may_create_roles: may, login }: RoleFacts, mend: string[]): Damage {
  const [role, verb] = missing.length > 1 ? ['roles', 'do not'] : ['role', 'does not'];
  const problem = `the ${role} ${missing.join(' and ')} ${verb} exist`;
  if (may) return { problem, mend };
  const made = missing.map((name) => `CREATE ROLE ${identifier(name)}`).join('; ');
  const granted = `GRANT ${missing.map(identifier).join(', ')} TO ${identifier(login)}`;
  return { problem, cure: `run as a superuser, or by deploy/postgres-init.sql: ${made}; ${granted}` };
}

const grantee = (name: string): string => (name === 'PUBLIC' ? name : identifier(name));

/** Finds default privileges that would give the service's roles rights on the partitions of the coming months. */
export async function findDefaultPrivileges(runner: SqlRunner, roles: SchemaRoles): Promise<Damage[]> {
  const { appRole, readerRole, serviceLogin } = roles;
  const rows = await rowsOf<{ owner: string; schema: string | null; grantee: string }>(
    runner,
    `SELECT DISTINCT pg_get_userbyid(d.defaclrole)::text AS owner, n.nspname::text AS schema,
            CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee)::text END AS grantee
     FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace, aclexplode(d.defaclacl) a
     WHERE d.defaclobjtype = 'r' AND (n.nspname = 'public' OR d.defaclnamespace = 0)
       AND d.defaclrole = (SELECT relowner FROM pg_class WHERE oid = to_regclass('audit_events'))
       AND a.grantee <> d.defaclrole
       AND (a.grantee = 0 OR pg_get_userbyid(a.grantee) = ANY ($1))`,
    [[appRole, readerRole, ...(serviceLogin === undefined ? [] : [serviceLogin])]],
  );
  return rows.map(({ owner, schema, grantee: name }) => ({
    problem: `default privileges of ${owner} give ${name} rights on new tables`,
    mend: [
      `ALTER DEFAULT PRIVILEGES FOR ROLE ${identifier(owner)}${schema === null ? '' : ' IN SCHEMA public'} ` +
        `REVOKE ALL ON TABLES FROM ${grantee(name)}`,
    ],
  }));
}

/** Finds out whether the service's login has the rights of its role, which `migrate` grants last. */
export async function findMembershipDamage(
  runner: SqlRunner,
  { appRole, serviceLogin }: SchemaRoles,
): Promise<Damage[]> {
  if (serviceLogin === undefined) return [];
  const [row] = await rowsOf<{ member: boolean | null }>(
    runner,
    `SELECT pg_has_role(l.oid, r.oid, 'USAGE') AS member
     FROM pg_roles l LEFT JOIN pg_roles r ON r.rolname = $2 WHERE l.rolname = $1`,
    [serviceLogin, appRole],
  );
  if (row === undefined)
    return [
      {
        problem: `the server has no login "${printable(serviceLogin)}"`,
        cure: 'correct the user in DATABASE_URL, or create the login',
      },
    ];
  if (row.member === true) return [];
  return [{ problem: `${serviceLogin} has not the rights of ${appRole}` }];
}
