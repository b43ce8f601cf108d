/** Tables and views, each after those that it refers to. `tables/<name>.sql` declares one with all that belongs to it. */
export const TABLES = [
  'root_keys',
  'tenants',
  'tenant_keys',
  'users',
  'user_groups',
  'user_group_members',
  'tenant_users',
  'tenant_user_groups',
  'role_permissions',
  'login_failures',
  'tokens',
  'maintenance',
  'audit_events',
  'secrets',
  'secret_keys',
  'schema_functions',
] as const;

/** Functions, each after those that it calls. `functions/<name>.sql` creates or replaces a function. */
export const FUNCTIONS = [
  'record_events',
  'audit_event_exists',
  'new_event_id',
  'first_event_id',
  'audit_create_partitions',
  'login_reserve',
  'login_succeeded',
  'sweep_login_failures',
  'user_may',
  'user_owns_secrets',
  'find_identities',
  'secret_key_bucket',
  'lock_secret_keys',
  'secret_key_elsewhere',
  'secret_key_claim',
  'search_secret_keys',
  'blank_secret',
  'read_secrets',
  'find_secrets',
  'insert_secrets',
  'update_secrets',
  'remove_secrets',
] as const;

/**
 * The number of the functions, all of them together. Raise it with every change of one of their files: databases with a
 * lower number get the new texts, and programs with a lower number leave them alone.
 */
export const FUNCTIONS_NUMBER = 1;
