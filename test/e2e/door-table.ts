/**
 * Lists the columns of the table, which are the callers. All but the administrator have the system role `default`. In
 * the request's tenant they have the role that the column names, except `default`, who is not a member.
 */
export const ROLES = ['sys_admin', 'manager', 'user', 'operations', 'viewer', 'default', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

/**
 * Maps each permission to the callers that its routes admit: a letter for each role, in their order. Reviewed by hand.
 */
export const DOORS: Readonly<Record<string, string>> = {
  secret_get: 'smuov--',
  secret_list: 'smuov--',
  secret_create: 'smu----',
  secret_update: 'smu----',
  secret_delete: 'smu----',
  trash_list: 'smuov--',
  secret_restore: 'smu----',
  secret_purge: 'sm-----',
  secret_version_get: 'smuov--',
  secret_version_restore: 'smu----',
  secret_version_destroy: 'sm-----',
  secret_export: 'smu----',
  secret_import: 'smu----',
  tenant_list: 'smuovda',
  tenant_get: 'smuo---',
  tenant_update_settings: 'sm-----',
  tenant_create: 's------',
  tenant_delete: 's------',
  tenant_add_user: 's------',
  tenant_update_user: 's------',
  tenant_remove_user: 's------',
  tenant_add_user_group: 's------',
  tenant_update_user_group: 's------',
  tenant_remove_user_group: 's------',
  user_get_self: 'smuovda',
  user_list: 's------',
  user_get: 's------',
  user_create: 's------',
  user_delete: 's------',
  user_set_activated: 's------',
  user_set_role: 's------',
  user_unlock: 's------',
  user_group_list: 's------',
  user_group_get: 's------',
  user_group_create: 's------',
  user_group_update: 's------',
  user_group_delete: 's------',
  user_group_add_user: 's------',
  user_group_remove_user: 's------',
  create_token: 'smuovda',
  list_token: 'smuovda',
  delete_token: 'smuovda',
  manage_others_tokens: 's------',
  status_get: 'smuovda',
  version_get: 'smuovda',
  license_list: 'smuovda',
  maintenance_mode_get: 'smuovda',
  maintenance_mode_set: 's------',
  audit_get: 'sm----a',
  audit_get_all: 's------',
};

/** Lists permissions that admit to no route by themselves. */
export const WITHOUT_DOOR: Readonly<Record<string, string>> = {
  administrators: 'sees what is private or hidden in the tenant',
  create_global_resource: 'makes a secret global',
  all_tenants: 'lists tenants that one is no member of',
  set_owner: 'gives a secret or an imported one another creator',
  set_timestamp: 'says when something was made',
  tenant_update_bounds: 'sets the bounds of settings, on the route that changes settings',
  user_update: 'changes somebody else, on the route that changes oneself',
  token_get:
    'was asked for by versions that gave a token to who had none; kept, so that roles stay as they are known',
};
