import { KNOWN_ROLES } from '../../src/users/permissions/known-permissions.js';
import { markdownTable } from './markdown-table.js';

/** Says what each permission allows. The table has one row for each, in this order. */
const ALLOWS: Readonly<Record<string, string>> = {
  secret_get: 'read a secret',
  secret_list: 'list and search secrets',
  secret_create: 'create a secret, or replace its value by PUT',
  secret_update: 'change a secret, widen its visibility',
  secret_delete: 'delete a secret, which moves it to the trash',
  trash_list: 'list the trash',
  secret_restore: 'restore a secret from the trash',
  secret_purge: 'purge a secret from the trash, for good',
  secret_version_get: 'list the versions of a secret, and read one; with `secret_get`',
  secret_version_restore: 'give a secret the value of a version again',
  secret_version_destroy: 'destroy a version of a secret, keep fewer versions of it',
  secret_export: 'export secrets with their values',
  secret_import: 'import secrets',
  administrators: 'see and change what is private or hidden in the tenant',
  create_global_resource: 'make a secret global',
  set_owner: 'give a secret another creator',
  set_timestamp: 'import a secret with its times',
  tenant_list: "list tenants: one's own, or all with `all_tenants`",
  all_tenants: 'list tenants of which one is no member',
  tenant_get: 'read the description and the settings of the tenant',
  tenant_update_settings: 'change the settings of the tenant',
  tenant_update_bounds: 'set the bounds within which the tenant and its secrets keep versions',
  tenant_create: 'create a tenant',
  tenant_delete: 'delete a tenant',
  tenant_add_user: 'make a user a member of a tenant',
  tenant_update_user: 'change the role of a member',
  tenant_remove_user: 'end the membership of a user',
  tenant_add_user_group: 'make a group a member of a tenant',
  tenant_update_user_group: 'change the role of a group',
  tenant_remove_user_group: 'end the membership of a group',
  user_get_self: 'read oneself, change the own password',
  user_list: 'list users',
  user_get: 'read a user',
  user_create: 'create a user',
  user_update: 'change another user: set a password',
  user_delete: 'delete a user',
  user_set_role: 'change the system role of a user, and the permissions of roles',
  user_set_activated: 'activate and deactivate a user',
  user_unlock: 'unlock a user',
  user_group_list: 'list groups',
  user_group_get: 'read a group',
  user_group_create: 'create a group',
  user_group_update: 'change the system role of a group',
  user_group_delete: 'delete a group',
  user_group_add_user: 'add a user to a group',
  user_group_remove_user: 'take a user out of a group',
  create_token: 'create a token for oneself',
  list_token: "list one's own tokens",
  delete_token: "end one's own tokens",
  manage_others_tokens: 'list and end the tokens of others',
  token_get: 'nothing today; kept so that roles are those of a Cloudify Manager',
  version_get: 'read the version',
  status_get: 'read the status',
  license_list: 'read the license, which is always none',
  maintenance_mode_get: 'read whether maintenance mode is on',
  maintenance_mode_set: 'begin and end maintenance mode',
  audit_get: 'read the audit trail of the tenant',
  audit_get_all: 'read the audit trail of all tenants and of the system',
};

/**
 * Returns the table of what each role may do.
 * @param rows of `role_permissions`
 * @throws Error for a permission that this file does not describe, or describes and nobody has
 */
export function roleTable(rows: readonly { role: string; permission: string }[]): string {
  const has = new Set(rows.map(({ role, permission }) => `${role} ${permission}`));
  const stored = new Set(rows.map(({ permission }) => permission));
  const differing = [...stored, ...Object.keys(ALLOWS)].filter(
    (name) => !stored.has(name) || !(name in ALLOWS),
  );
  if (differing.length > 0) throw new Error(`Not described, or not there: ${differing.join(', ')}`);
  const roles = Object.keys(KNOWN_ROLES);
  return markdownTable(
    ['Permission', 'Allows to', ...roles.map((role) => `\`${role}\``)],
    Object.entries(ALLOWS).map(([permission, allowed]) => [
      `\`${permission}\``,
      allowed,
      ...roles.map((role) => (has.has(`${role} ${permission}`) ? 'yes' : '')),
    ]),
  );
}
