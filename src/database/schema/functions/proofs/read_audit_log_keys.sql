-- Returns the public keys that ever signed logs, each with the size from which it signs an epoch: of p_logs or, without
-- them, of every log. A page has up to p_limit of them after the given one.
CREATE OR REPLACE FUNCTION read_audit_log_keys(
  p_logs uuid[], p_after_log uuid, p_after_epoch integer, p_after_key integer, p_limit integer
) RETURNS TABLE (log_id uuid, epoch integer, key_id integer, origin text, public_key bytea, from_size bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT k.log_id, k.epoch, k.key_id, audit_origin(k.log_id, k.epoch), s.public_key, k.from_size
  FROM audit_log_keys k JOIN audit_signing_keys s ON s.id = k.key_id
  WHERE (p_logs IS NULL OR k.log_id = ANY (p_logs))
    AND (p_after_log IS NULL OR (k.log_id, k.epoch, k.key_id) > (p_after_log, p_after_epoch, p_after_key))
  ORDER BY k.log_id, k.epoch, k.key_id LIMIT p_limit;
END
$$;

ALTER FUNCTION read_audit_log_keys OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION read_audit_log_keys FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_audit_log_keys TO :"app_role";
