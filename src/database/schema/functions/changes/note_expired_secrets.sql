-- Adds a change for each secret whose time has come, once for each time, up to p_limit of them. Returns their number.
-- Secrets that are just being changed are left to a later call.
CREATE OR REPLACE FUNCTION note_expired_secrets(p_limit integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
  v_changes secret_change[];
BEGIN
  WITH due AS (
    SELECT s.tenant_id, s.id FROM secrets s
    WHERE s.expires_at <= now() AND s.expiry_noted IS DISTINCT FROM s.expires_at AND s.deleted_at IS NULL
    ORDER BY s.expires_at LIMIT p_limit FOR NO KEY UPDATE SKIP LOCKED
  ), noted AS (
    UPDATE secrets s SET expiry_noted = s.expires_at FROM due
    WHERE s.tenant_id = due.tenant_id AND s.id = due.id
    RETURNING ROW(
      s.tenant_id, s.id, s.key, 'expired', s.version, s.revision, s.visibility, s.created_by, NULL, gen_random_uuid()
    )::secret_change AS change
  )
  SELECT array_agg(noted.change) INTO v_changes FROM noted;
  IF v_changes IS NULL THEN
    RETURN 0;
  END IF;
  PERFORM record_secret_changes(v_changes);
  RETURN cardinality(v_changes);
END
$$;

ALTER FUNCTION note_expired_secrets OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION note_expired_secrets FROM PUBLIC;
GRANT EXECUTE ON FUNCTION note_expired_secrets TO :"app_role";
