/** Maps each role to the kind of role it is: of the system, or in a tenant. */
export const KNOWN_ROLES = {
  sys_admin: 'system_role',
  manager: 'tenant_role',
  user: 'tenant_role',
  operations: 'tenant_role',
  viewer: 'tenant_role',
  default: 'system_role',
  auditor: 'tenant_role',
} as const;

/** Lists every permission of a fresh installation; one that was taken from all roles is still known. */
export const KNOWN_PERMISSIONS: ReadonlySet<string> = new Set([
  ...['secret_get', 'secret_list', 'secret_create', 'secret_update', 'secret_delete'],
  ...['secret_export', 'secret_import', 'administrators', 'trash_list', 'secret_restore', 'secret_purge'],
  ...['secret_export', 'secret_import', 'administrators'],
  ...['secret_version_get', 'secret_version_restore', 'secret_version_destroy'],
  ...['create_global_resource', 'all_tenants', 'set_owner', 'set_timestamp'],
  ...['tenant_list', 'tenant_get', 'tenant_create', 'tenant_delete', 'tenant_update_settings'],
  'tenant_update_bounds',
  ...['tenant_add_user', 'tenant_update_user', 'tenant_remove_user'],
  ...['tenant_add_user_group', 'tenant_update_user_group', 'tenant_remove_user_group'],
  ...['user_get_self', 'user_create', 'user_delete', 'user_get', 'user_list', 'user_update', 'user_unlock'],
  ...['user_set_role', 'user_set_activated'],
  ...['user_group_create', 'user_group_delete', 'user_group_get', 'user_group_list', 'user_group_update'],
  ...['user_group_add_user', 'user_group_remove_user'],
  ...['token_get', 'create_token', 'delete_token', 'list_token', 'manage_others_tokens'],
  ...['version_get', 'status_get', 'license_list', 'maintenance_mode_get', 'maintenance_mode_set'],
  ...['audit_get', 'audit_get_all'],
]);

/** Names the permission to give and take permissions. */
export const GIVES_PERMISSIONS = 'user_set_role';
