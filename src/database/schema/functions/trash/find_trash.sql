-- Returns the secrets in the trash of a tenant, or the one of that id. No function returns the value or the provider options
-- of a secret in the trash. creator_is_deleted tells whether the user who owns it was deleted. The other columns are those
-- that the service selects of a secret.
--
-- A custom plan looks up a single id by the primary key, and reads the whole trash by its index.
CREATE OR REPLACE FUNCTION find_trash(p_tenant uuid, p_id uuid)
RETURNS TABLE (
  tenant_id uuid, id uuid, key text, visibility text, is_hidden_value boolean, description text, schema json,
  max_versions integer, version integer, revision integer, mark uuid, provider_name text, created_by uuid, created_at timestamptz,
  updated_at timestamptz, updated_by uuid, expires_at timestamptz, labels jsonb, deleted_at timestamptz, creator_name text,
  creator_is_deleted boolean
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT s.tenant_id, s.id, s.key, s.visibility, s.is_hidden_value, s.description, s.schema, s.max_versions, s.version,
         s.revision, s.mark, s.provider_name, s.created_by, s.created_at, s.updated_at, s.updated_by, s.expires_at, s.labels,
         s.deleted_at, u.username, u.deleted_at IS NOT NULL
  FROM secrets s JOIN users u ON u.id = s.created_by
  WHERE s.tenant_id = p_tenant AND s.deleted_at IS NOT NULL AND (p_id IS NULL OR s.id = p_id);
END
$$;

REVOKE ALL ON FUNCTION find_trash FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_trash TO :"app_role";
