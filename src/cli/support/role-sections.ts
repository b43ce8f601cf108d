import type { SqlConnection } from '../../database/connection/sql-connection.js';
import { declaredStatements } from '../../database/schema/declared-statements.js';
import type { Section } from './database-sections.js';
import type { Redactor } from './redactor.js';

interface Role {
  readonly name: string;
  readonly attributes: string[];
  readonly member_of: string[];
  readonly settings: string[];
}

interface Grant {
  readonly object: string;
  readonly grantee: string;
  readonly privileges: string[];
}

interface Activity {
  readonly login: string;
  readonly ours: boolean;
}

/** Selects the roles that can log in, and those that the service's logins are members of. */
const ROLES = `
  SELECT r.rolname::text AS name,
         array_remove(ARRAY[CASE WHEN rolsuper THEN 'superuser' END, CASE WHEN rolcanlogin THEN 'login' END,
           CASE WHEN rolcreaterole THEN 'createrole' END, CASE WHEN rolcreatedb THEN 'createdb' END,
           CASE WHEN rolbypassrls THEN 'bypassrls' END, CASE WHEN rolreplication THEN 'replication' END,
           CASE WHEN NOT rolinherit THEN 'noinherit' END, CASE WHEN rolconnlimit >= 0 THEN 'connection limit' END,
           CASE WHEN rolvaliduntil < now() THEN 'expired' END], NULL) AS attributes,
         ARRAY(SELECT pg_get_userbyid(m.roleid)::text FROM pg_auth_members m WHERE m.member = r.oid) AS member_of,
         ARRAY(SELECT DISTINCT split_part(c, '=', 1) FROM pg_db_role_setting s, unnest(s.setconfig) c
               WHERE s.setrole = r.oid AND c NOT LIKE '%.%=%' ORDER BY 1) AS settings
  FROM pg_roles r WHERE r.rolname NOT LIKE 'pg\\_%' ORDER BY r.oid`;

const GRANTS = `
  SELECT c.relname::text AS object, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee)::text END AS grantee,
         array_agg(a.privilege_type::text ORDER BY a.privilege_type) AS privileges
  FROM pg_class c, aclexplode(c.relacl) a
  WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY ($1) AND a.grantee <> c.relowner
  GROUP BY 1, 2 ORDER BY 1, 2`;

const POLICIES = `
  SELECT tablename::text AS table, policyname::text AS policy, permissive, cmd, roles::text[] AS roles FROM pg_policies
  WHERE schemaname = 'public' AND tablename IN ('secrets', 'secret_versions', 'audit_events') AND policyname = ANY ($1) ORDER BY 1, 2`;

const OWNERS = `
  SELECT pg_get_userbyid(c.relowner)::text AS owner, count(*) AS relations, bool_and(c.relrowsecurity) AS row_security
  FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') GROUP BY 1 ORDER BY 2 DESC`;

/** Counts the sessions on the database; what they do is told by its kind, never by its statement. */
const ACTIVITY = `
  SELECT usename::text AS login, application_name LIKE 'strongroom%' AS ours, state, wait_event_type, wait_event, count(*),
         max(round(extract(epoch FROM now() - xact_start))) AS longest_transaction_seconds
  FROM pg_stat_activity WHERE datname = current_database() GROUP BY 1, 2, 3, 4, 5 ORDER BY 6 DESC`;

const TABLES = [
  'secrets',
  'secret_versions',
  'secret_keys',
  'audit_events',
  'tenants',
  'users',
  'tokens',
  'tenant_keys',
  'root_keys',
];

/** Describes roles, rights, policies and sessions, each role by what it is for, or by a number. */
export async function roleSections(
  connection: SqlConnection,
  redactor: Redactor,
  section: Section,
): Promise<void> {
  const meaningOf = (name: string): string => (name.startsWith('pg_') ? name : redactor.meaningOf(name));
  await section('database.roles', async () => {
    const roles = await connection.query<Role[]>(ROLES);
    for (const [index, { name }] of roles.entries()) redactor.hide(name, `role ${index + 1}`);
    return roles.map(({ name, member_of: memberOf, ...role }) => ({
      name: meaningOf(name),
      ...role,
      member_of: memberOf.map(meaningOf),
    }));
  });
  await section('database.grants', async () =>
    (await connection.query<Grant[]>(GRANTS, [TABLES])).map(({ grantee, ...grant }) => ({
      ...grant,
      grantee: grantee === 'PUBLIC' ? grantee : meaningOf(grantee),
    })),
  );
  await section('database.policies', async () =>
    (await connection.query<{ roles: string[] }[]>(POLICIES, [policyNames()])).map((policy) => ({
      ...policy,
      roles: policy.roles.map((role) => (role === 'public' ? role : meaningOf(role))),
    })),
  );
  await section('database.owners', async () =>
    (await connection.query<{ owner: string }[]>(OWNERS)).map((row) => ({
      ...row,
      owner: meaningOf(row.owner),
    })),
  );
  await section('database.sessions', async () =>
    (await connection.query<Activity[]>(ACTIVITY)).map((row) => ({ ...row, login: meaningOf(row.login) })),
  );
}

/** Returns the names of our policies; those of others are names that somebody has chosen. */
function policyNames(): string[] {
  return declaredStatements()
    .filter(({ kind }) => kind === 'policy')
    .map(({ name }) => name);
}
