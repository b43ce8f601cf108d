-- Returns checkpoints that are kept, the last ones of each log first: of p_logs or, without them, of every log; of all epochs
-- or of p_epoch, of all sizes or of p_size. A page has up to p_limit of them after the given one.
CREATE OR REPLACE FUNCTION read_audit_checkpoints(
  p_logs uuid[], p_epoch integer, p_size bigint, p_after_log uuid, p_after_epoch integer, p_after_size bigint,
  p_limit integer
) RETURNS TABLE (log_id uuid, epoch integer, origin text, size bigint, root bytea, signed_at timestamptz, note text)
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
  SELECT c.log_id, c.epoch, audit_origin(c.log_id, c.epoch), c.size, c.root, c.signed_at, c.note FROM audit_checkpoints c
  WHERE (p_logs IS NULL OR c.log_id = ANY (p_logs)) AND (p_epoch IS NULL OR c.epoch = p_epoch)
    AND (p_size IS NULL OR c.size = p_size)
    AND (p_after_log IS NULL OR (c.log_id, c.epoch, c.size) < (p_after_log, p_after_epoch, p_after_size))
  ORDER BY c.log_id DESC, c.epoch DESC, c.size DESC LIMIT p_limit;
END
$$;

ALTER FUNCTION read_audit_checkpoints OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION read_audit_checkpoints FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_audit_checkpoints TO :"app_role";
