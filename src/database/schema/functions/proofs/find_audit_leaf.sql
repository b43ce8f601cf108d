-- Finds the leaf of an event of a log, with the checkpoint to prove it by: that of p_size leaves, or the last one. Returns
-- one row. Of an event that is no leaf, leaf_index is NULL; waits says whether it is to become one, and is_recorded whether
-- there is such an event at all; may_be_pruned that it is from before the checkpoint up to which leaves were pruned.
CREATE OR REPLACE FUNCTION find_audit_leaf(p_log uuid, p_event uuid, p_size bigint)
RETURNS TABLE (
  epoch integer, leaf_index bigint, is_recorded boolean, body text, waits boolean, may_be_pruned boolean, size bigint,
  note text
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
  SELECT l.epoch, l.leaf_index, e.id IS NOT NULL, e.body,
         -- Where very many wait, it is not looked for among them.
         l.leaf_index IS NULL AND e.id IS NOT NULL AND (
           EXISTS (
             SELECT FROM (
               SELECT w.event_id FROM audit_pending w WHERE w.log_id = p_log ORDER BY w.id LIMIT 10000
             ) AS w WHERE w.event_id = p_event
           )
           OR EXISTS (SELECT FROM audit_pending w WHERE w.log_id = p_log ORDER BY w.id OFFSET 10000 LIMIT 1)
           OR EXISTS (SELECT FROM audit_backfill b WHERE b.log_id = p_log AND p_event > b.after_id AND p_event < b.until_id)
         ),
         EXISTS (
           SELECT FROM audit_pruned u
           JOIN audit_checkpoints k ON k.log_id = u.log_id AND k.epoch = u.epoch AND k.size = u.size
           WHERE u.log_id = p_log AND coalesce(e.at <= k.signed_at, p_event < first_event_id(k.signed_at))
         ),
         c.size, c.note
  FROM (SELECT 1) AS one
  LEFT JOIN LATERAL (
    SELECT a.id, a.at, a.body FROM audit_events a WHERE a.log_id = p_log AND a.id = p_event OFFSET 0
  ) AS e ON true
  LEFT JOIN audit_leaves l ON l.log_id = p_log AND l.event_id = p_event
  LEFT JOIN LATERAL (
    SELECT k.size, k.note FROM audit_checkpoints k
    WHERE k.log_id = p_log AND k.epoch = l.epoch AND (p_size IS NULL OR k.size = p_size)
    ORDER BY k.size DESC LIMIT 1
  ) AS c ON true;
END
$$;

ALTER FUNCTION find_audit_leaf OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION find_audit_leaf FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_audit_leaf TO :"app_role";
