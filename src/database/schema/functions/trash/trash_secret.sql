-- Moves a secret of a tenant to the trash if it has not changed since the caller read it (a null mark is
-- not compared). Returns no row otherwise.
--
-- Functions of the trash run with the rights of the schema's owner, which no policy binds, since the policy "living"
-- hides the trash from the service. Each therefore takes the tenant as an argument, as those of the reader do.
CREATE OR REPLACE FUNCTION trash_secret(p_tenant uuid, p_id uuid, p_revision integer, p_mark uuid)
RETURNS TABLE (
  version integer, revision integer, created_at timestamptz, deleted_at timestamptz, visibility text, created_by uuid
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  UPDATE secrets AS s SET deleted_at = clock_timestamp()
  WHERE s.tenant_id = p_tenant AND s.id = p_id AND s.deleted_at IS NULL
    AND s.revision = p_revision AND s.mark = coalesce(p_mark, s.mark)
  RETURNING s.version, s.revision, s.created_at, s.deleted_at, s.visibility, s.created_by;
END
$$;

REVOKE ALL ON FUNCTION trash_secret FROM PUBLIC;
GRANT EXECUTE ON FUNCTION trash_secret TO :"app_role";
