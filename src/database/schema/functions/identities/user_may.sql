-- Tells whether a user has a permission in a tenant, through a system role or a role in the tenant, directly or through
-- a group.
CREATE OR REPLACE FUNCTION user_may(p_user uuid, p_tenant uuid, p_permission text) RETURNS boolean
LANGUAGE sql STABLE
AS $$
  SELECT EXISTS (
    SELECT FROM role_permissions p WHERE p.permission = p_permission COLLATE "C" AND p.role IN (
      SELECT u.system_role FROM users u WHERE u.id = p_user
      UNION SELECT g.system_role FROM user_group_members m JOIN user_groups g ON g.id = m.group_id
        WHERE m.user_id = p_user
      UNION SELECT tu.role FROM tenant_users tu WHERE tu.tenant_id = p_tenant AND tu.user_id = p_user
      UNION SELECT tg.role FROM user_group_members m JOIN tenant_user_groups tg ON tg.group_id = m.group_id
        WHERE m.user_id = p_user AND tg.tenant_id = p_tenant
    )
  )
$$;

REVOKE ALL ON FUNCTION user_may FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_may TO :"app_role", :"reader_role";
