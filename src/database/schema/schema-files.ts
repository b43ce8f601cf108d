/**
 * Lists the tables and views, each after those that it refers to. `tables/<name>.sql` declares one with everything that
 * belongs to it.
 */
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
  'tenant_settings',
  'maintenance',
  'audit_events',
  'secrets',
  'secret_versions',
  'secret_keys',
  'secret_changes_pending',
  'secret_changes',
  'schema_functions',
] as const;

/**
 * Lists the functions by folder and name, each after those that it calls. `functions/<folder>/<name>.sql` creates or
 * replaces one.
 */
export const FUNCTIONS = [
  'audit/record_events',
  'audit/audit_event_exists',
  'audit/new_event_id',
  'audit/first_event_id',
  'audit/audit_create_partitions',
  'audit/read_audit_events',
  'identities/login_failures_full',
  'identities/login_reserve',
  'identities/login_succeeded',
  'identities/unlock_login',
  'identities/count_refused_logins',
  'identities/sweep_login_failures',
  'identities/user_may',
  'identities/user_owns_secrets',
  'identities/find_identities',
  'sequencer/lock_sequence',
  'changes/record_secret_changes',
  'changes/note_expired_secrets',
  'changes/sequence_secret_changes',
  'changes/sweep_secret_changes',
  'changes/read_secret_changes',
  'changes/poll_secret_changes',
  'secrets/secret_key_bucket',
  'secrets/lock_secret_keys',
  'secrets/lock_secret_moves',
  'secrets/secret_key_elsewhere',
  'secrets/secret_key_claim',
  'secrets/search_secret_keys',
  'secrets/search_secret_labels',
  'secrets/secret_has_expired',
  'secrets/blank_secret',
  'secrets/read_secrets',
  'secrets/bulk_secret_keys',
  'secrets/read_secrets_in_bulk',
  'secrets/find_secrets',
  'versions/secret_version_limit',
  'versions/prune_secret_versions',
  'secrets/insert_secrets',
  'secrets/update_secrets',
  'trash/trash_secret',
  'secrets/remove_secrets',
  'trash/find_trash',
  'trash/take_from_trash',
  'trash/restore_secrets',
  'trash/purge_secrets',
  'trash/empty_trash',
  'trash/sweep_trash',
  'versions/versioned_secret',
  'versions/versions_of_secret',
  'versions/read_secret_version',
  'versions/destroy_secret_versions',
  'versions/reseal_secret_versions',
] as const;

/**
 * Numbers the set of functions. Raise it whenever one of the files changes: databases with a lower number get the new
 * texts, and programs with a lower number leave them alone.
 */
export const FUNCTIONS_NUMBER = 3;
