import { commandName } from '../../common/command-name.js';
import { printable } from '../../common/printable.js';
import { parseDatabaseUrl } from '../../config/database-url.js';
import type { SqlConnection } from '../../database/connection/sql-connection.js';
import { requireWritable } from '../../database/readiness/require-writable.js';
import type { Damage, SchemaRoles } from '../../database/repair/damage.js';
import { findDamage } from '../../database/repair/mend-schema.js';
import { findMembershipDamage, findRoleDamage } from '../../database/repair/roles.js';
import { findOwnerDamage } from '../../database/repair/owners.js';
import type { DatabaseLocation } from '../database-location.js';
import type { Report } from './finding.js';

/**
 * Reports whether the database can be written to, and whether the owner's login may change its tables. Neither needs
 * any right.
 * @returns whether both are so
 */
export async function diagnoseAccess(
  owner: SqlConnection,
  roles: SchemaRoles,
  report: Report,
): Promise<boolean> {
  await requireWritable(owner);
  const incurable = (await findOwnerDamage(owner, roles)).filter(({ cure }) => cure !== undefined);
  for (const damage of incurable) report('roles', lineOf(damage), 'failed');
  return incurable.length === 0;
}

/**
 * Reports what differs between a migrated database and what the schema's files declare.
 * @returns whether nothing does
 */
export async function diagnoseSchema(
  owner: SqlConnection,
  roles: SchemaRoles,
  report: Report,
): Promise<boolean> {
  const ofRoles = [...(await findRoleDamage(owner, roles)), ...(await findMembershipDamage(owner, roles))];
  for (const each of ofRoles) report('roles', lineOf(each), 'failed');
  if (ofRoles.length === 0)
    report('roles', `${roles.appRole} and ${roles.readerRole} exist, and the logins may use them`);
  const known = new Set(ofRoles.map(({ problem }) => problem));
  const damage = (await findDamage(owner, roles)).filter(({ problem }) => !known.has(problem));
  for (const each of damage)
    report(each.rowSecurity === true ? 'row-level security' : 'database', lineOf(each), 'failed');
  if (damage.length === 0)
    report('database', 'its owners, rights, policies and indexes are as they should be');
  return ofRoles.length === 0 && damage.length === 0;
}

export async function serverVersion(owner: SqlConnection): Promise<string> {
  const [row] = await owner.query<[{ version: string }]>(
    `SELECT current_setting('server_version') AS version`,
  );
  return row.version;
}

/** Names the login that was asked, and the variable that gives it. */
export function askedBy({ embedded, ownerUrl, ownerVariable }: DatabaseLocation): string {
  const login = `"${printable(parseDatabaseUrl(ownerUrl).user)}"`;
  return embedded ? `${login} of the embedded database` : `${login} of ${ownerVariable}`;
}

function lineOf({ problem, cure = `run \`${commandName()} migrate\`, which mends it` }: Damage): string {
  return `${problem}: ${cure}`;
}
