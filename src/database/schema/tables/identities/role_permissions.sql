-- The permissions of the roles. Administrators can change the rows; these are the ones of a Cloudify Manager, and those
-- for the versions of secrets, the trash, the settings of tenants, and reading the audit trail, with the role auditor.
CREATE TABLE role_permissions (
  role       text COLLATE "C" NOT NULL,
  permission text COLLATE "C" NOT NULL,

  CONSTRAINT pk_role_permissions PRIMARY KEY (role, permission)
);

GRANT SELECT, INSERT, DELETE ON role_permissions TO :"app_role";
GRANT SELECT ON role_permissions TO :"reader_role";

INSERT INTO role_permissions (role, permission)
SELECT role, permission
FROM (VALUES
  ('{sys_admin, manager, user, operations, viewer, auditor, default}'::text[],
   '{tenant_list, user_get_self, token_get, version_get, status_get, maintenance_mode_get, license_list}'::text[]),
  ('{sys_admin, manager, user, operations, viewer}',
   '{secret_get, secret_list, trash_list, secret_version_get}'),
  ('{sys_admin, manager, user, viewer, auditor, default}',
   '{create_token, delete_token, list_token}'),
  ('{sys_admin, manager, user, operations}',
   '{tenant_get}'),
  ('{sys_admin, manager, user}',
   '{secret_create, secret_update, secret_delete, secret_export, secret_import,
     secret_restore, secret_version_restore}'),
  ('{sys_admin, manager}',
   '{administrators, tenant_update_settings, secret_purge, secret_version_destroy}'),
  ('{sys_admin, manager, auditor}',
   '{audit_get}'),
  ('{sys_admin}',
   '{audit_get_all, create_global_resource, all_tenants, set_owner, set_timestamp, tenant_update_bounds,
     tenant_create, tenant_delete, tenant_add_user, tenant_update_user, tenant_remove_user,
     tenant_add_user_group, tenant_update_user_group, tenant_remove_user_group,
     user_create, user_delete, user_get, user_list, user_update, user_unlock, user_set_role, user_set_activated,
     user_group_create, user_group_delete, user_group_get, user_group_list, user_group_update,
     user_group_add_user, user_group_remove_user,
     manage_others_tokens, maintenance_mode_set}')
) AS shipped (roles, permissions), unnest(roles) AS role, unnest(permissions) AS permission;
