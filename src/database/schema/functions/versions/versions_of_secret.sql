-- Returns all versions of a secret, the current one among them, and what a caller who sees the secret may see of each.
--
-- A version is visible to those who could see the secret when the value was written. It is masked, which means that its
-- value is for others only, if the value was hidden from the caller then, or the secret's value is hidden from the caller
-- now. For the current version, only the present counts.
CREATE OR REPLACE FUNCTION versions_of_secret(p_tenant uuid, p_secret uuid, p_user uuid, p_administers boolean)
RETURNS TABLE (
  version integer, value bytea, visibility text, is_hidden_value boolean, created_by uuid, created_at timestamptz,
  destroyed_by uuid, destroyed_at timestamptz, is_current boolean, is_visible boolean, is_masked boolean
)
LANGUAGE sql STABLE
AS $$
  SELECT s.version, s.value, coalesce(s.version_visibility, s.visibility),
         coalesce(s.version_is_hidden_value, s.is_hidden_value), s.version_created_by, s.version_created_at, NULL::uuid,
         NULL::timestamptz, true, true, s.is_hidden_value AND s.created_by <> p_user AND NOT p_administers
  FROM secrets s WHERE s.tenant_id = p_tenant AND s.id = p_secret
  UNION ALL
  SELECT v.version, v.value, v.visibility, v.is_hidden_value, v.created_by, v.created_at, v.destroyed_by, v.destroyed_at,
         false, v.visibility <> 'private' OR v.owner_id = p_user OR p_administers,
         NOT p_administers
           AND (v.is_hidden_value AND v.owner_id <> p_user OR s.is_hidden_value AND s.created_by <> p_user)
  FROM secrets s JOIN secret_versions v ON v.tenant_id = s.tenant_id AND v.secret_id = s.id
  WHERE s.tenant_id = p_tenant AND s.id = p_secret
$$;

REVOKE ALL ON FUNCTION versions_of_secret FROM PUBLIC;
GRANT EXECUTE ON FUNCTION versions_of_secret TO :"app_role";
