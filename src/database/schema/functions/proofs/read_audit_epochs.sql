-- Returns the epochs of logs with what an export of each needs, in the order of an export: of p_logs or, without them, of
-- every log. A page is up to p_limit logs after p_after, each with all epochs.
--
-- size and note are those of the last checkpoint; they are NULL for an epoch that has none yet. start_size and start_note
-- are those of the checkpoint at which an export begins: where leaves were pruned, or later, at the last one that is kept
-- from before p_since, or of at most p_since_size leaves in the epoch p_since_epoch. Otherwise start_size is 0.
CREATE OR REPLACE FUNCTION read_audit_epochs(
  p_logs uuid[], p_after uuid, p_limit integer, p_since timestamptz, p_since_epoch integer, p_since_size bigint
) RETURNS TABLE (
  log_id uuid, epoch integer, origin text, is_last boolean, size bigint, note text, pruned bigint, start_size bigint,
  start_note text
)
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
  SELECT g.log_id, e.epoch, audit_origin(g.log_id, e.epoch), e.epoch = g.epoch, c.size, c.note, coalesce(u.size, 0),
         coalesce(s.size, u.size, 0), s.note
  FROM (
    SELECT l.log_id, l.epoch FROM audit_logs l
    WHERE (p_logs IS NULL OR l.log_id = ANY (p_logs)) AND (p_after IS NULL OR l.log_id > p_after)
    ORDER BY l.log_id LIMIT p_limit
  ) AS g
  CROSS JOIN LATERAL audit_epochs(g.log_id) AS e (epoch)
  LEFT JOIN audit_pruned u ON u.log_id = g.log_id AND u.epoch = e.epoch
  LEFT JOIN LATERAL (
    SELECT k.size, k.note FROM audit_checkpoints k WHERE k.log_id = g.log_id AND k.epoch = e.epoch
    ORDER BY k.size DESC LIMIT 1
  ) AS c ON true
  LEFT JOIN LATERAL (
    SELECT k.size, k.note FROM audit_checkpoints k
    WHERE k.log_id = g.log_id AND k.epoch = e.epoch AND k.size >= coalesce(u.size, 0)
      AND (k.size = u.size OR k.signed_at <= p_since OR (e.epoch = p_since_epoch AND k.size <= p_since_size))
    ORDER BY k.size DESC LIMIT 1
  ) AS s ON true
  ORDER BY g.log_id, e.epoch;
END
$$;

ALTER FUNCTION read_audit_epochs OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION read_audit_epochs FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_audit_epochs TO :"app_role";
