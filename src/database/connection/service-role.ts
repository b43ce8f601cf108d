import type { DataSource } from 'typeorm';
import { printable } from '../../common/printable.js';
import { StartupError } from '../../common/startup-error.js';

/**
 * Makes the service's login a member of the service's role if it is not one yet.
 * @throws StartupError with the statement to run when the owner may not grant the role, or the login does not exist
 */
export async function joinServiceRole(dataSource: DataSource, appRole: string, login: string): Promise<void> {
  const { exists, member, statement } = await membership(dataSource, appRole, login);
  if (member) return;
  if (!exists)
    throw new StartupError(
      `DATABASE_URL: the server has no login "${printable(login)}": correct the user, or create the login`,
    );
  try {
    await dataSource.query(statement);
  } catch {
    // A concurrent migration of another database on the server may have granted the membership.
    if ((await membership(dataSource, appRole, login)).member) return;
    throw new StartupError(
      `The login of DATABASE_URL needs the service's role; run as an administrator: ${statement}`,
    );
  }
}

async function membership(
  dataSource: DataSource,
  appRole: string,
  login: string,
): Promise<{ exists: boolean; member: boolean; statement: string }> {
  const [row] = await dataSource.query<[{ exists: boolean; member: boolean; statement: string }]>(
    `SELECT to_regrole(quote_ident($2)) IS NOT NULL AS exists,
            CASE WHEN to_regrole(quote_ident($2)) IS NULL THEN false
                 ELSE pg_has_role($2, $1, 'USAGE') END AS member,
            format('GRANT %I TO %I', $1::text, $2::text)
              || CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN ' WITH INHERIT TRUE' ELSE '' END
              AS statement`,
    [appRole, login],
  );
  return row;
}

/**
 * Checks that the two roles, if they exist, were made for this service, before rights are granted to them.
 * @throws StartupError that names the variable
 */
export async function refuseForeignRoles(
  dataSource: DataSource,
  { appRole, readerRole }: { appRole: string; readerRole: string },
): Promise<void> {
  const foreign = await dataSource.query<{ name: string }[]>(
    `SELECT rolname AS name FROM pg_roles r WHERE rolname = ANY ($1)
       AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolcanlogin OR rolname ^@ 'pg_'
            OR EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid))`,
    [[appRole, readerRole]],
  );
  const [first] = foreign;
  if (first === undefined) return;
  const variable = first.name === appRole ? 'STRONGROOM_APP_ROLE' : 'STRONGROOM_READER_ROLE';
  throw new StartupError(
    `${variable}: the role ${first.name} has logins or rights of its own; give a name that is not taken`,
  );
}
