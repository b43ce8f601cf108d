-- Takes a secret of a tenant out of the trash if it is still there in the state that the caller read. It
-- gets the given owner, while its current value remains one that was written under the former owner, or keeps its own if
-- that is null. A new owner gets the provider options of the former one only with p_keeps_options. restore_secrets claims
-- the key first and records the result.
--
-- Outcomes: ok; exists (the key is taken in the tenant); stale.
CREATE OR REPLACE FUNCTION take_from_trash(
  p_tenant uuid, p_id uuid, p_revision integer, p_mark uuid, p_owner uuid, p_author uuid, p_new_mark uuid,
  p_keeps_options boolean
) RETURNS TABLE (outcome text, version integer, revision integer, created_at timestamptz, updated_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
  UPDATE secrets AS s SET
    deleted_at = NULL,
    created_by = coalesce(p_owner, s.created_by),
    version_owner_id = coalesce(s.version_owner_id, nullif(s.created_by, coalesce(p_owner, s.created_by))),
    provider_options = CASE WHEN p_owner IS NULL OR p_keeps_options THEN s.provider_options END,
    provider_options_generation = CASE WHEN p_owner IS NULL OR p_keeps_options THEN s.provider_options_generation END,
    updated_at = greatest(clock_timestamp(), s.updated_at),
    updated_by = p_author,
    revision = s.revision + 1,
    mark = p_new_mark
  WHERE s.tenant_id = p_tenant AND s.id = p_id AND s.deleted_at IS NOT NULL
    AND s.revision = p_revision AND s.mark = p_mark
  RETURNING s.version, s.revision, s.created_at, s.updated_at INTO version, revision, created_at, updated_at;
  outcome := CASE WHEN FOUND THEN 'ok' ELSE 'stale' END;
  RETURN NEXT;
EXCEPTION WHEN unique_violation THEN
  outcome := 'exists';
  RETURN NEXT;
END
$$;

REVOKE ALL ON FUNCTION take_from_trash FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_from_trash TO :"app_role";
