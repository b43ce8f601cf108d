-- Finds the first log after p_after (null for the first of all) with leaves to remove, and the last checkpoint that was
-- signed before its horizon (audit_horizon). The oldest epoch that is not pruned to its end comes first. A log is left
-- alone until its oldest checkpoint is a week beyond the horizon, so that each is pruned once a week at most, and while it
-- still has events from before there were leaves.
--
-- removed_below is the size up to which it is pruned already. The caller verifies the checkpoint, and looks at the events'
-- own times (first_recent_leaf) before it calls prune_audit_log.
CREATE OR REPLACE FUNCTION find_prunable_log(p_after uuid, p_days integer, p_least_days integer)
RETURNS TABLE (
  log_id uuid, epoch integer, origin text, removed_below bigint, size bigint, note text, key_id integer,
  horizon timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
  SELECT g.log_id, o.epoch, audit_origin(g.log_id, o.epoch), o.pruned, c.size, c.note, c.key_id, h.horizon
  FROM audit_logs g
  CROSS JOIN LATERAL (SELECT audit_horizon(g.log_id, p_days, p_least_days) AS horizon) AS h
  CROSS JOIN LATERAL (
    SELECT e.epoch, coalesce(p.size, 0) AS pruned
    FROM (SELECT DISTINCT k.epoch FROM audit_log_keys k WHERE k.log_id = g.log_id) AS e
    LEFT JOIN audit_pruned p ON p.log_id = g.log_id AND p.epoch = e.epoch
    WHERE EXISTS (
      SELECT FROM audit_checkpoints l
      WHERE l.log_id = g.log_id AND l.epoch = e.epoch AND l.size > coalesce(p.size, 0)
    )
    ORDER BY e.epoch LIMIT 1
  ) AS o
  CROSS JOIN LATERAL (
    SELECT l.signed_at FROM audit_checkpoints l
    WHERE l.log_id = g.log_id AND l.epoch = o.epoch AND l.size > o.pruned
    ORDER BY l.size LIMIT 1
  ) AS oldest
  CROSS JOIN LATERAL (
    SELECT l.size, l.note, l.key_id FROM audit_checkpoints l
    WHERE l.log_id = g.log_id AND l.epoch = o.epoch AND l.size > o.pruned
      AND l.size <= audit_pruning_limit(g.log_id, o.epoch) AND l.signed_at < h.horizon
    ORDER BY l.size DESC LIMIT 1
  ) AS c
  WHERE g.log_id >= coalesce(p_after, '00000000-0000-0000-0000-000000000000')
    AND g.log_id IS DISTINCT FROM p_after
    AND oldest.signed_at < h.horizon - interval '7 days'
    AND NOT EXISTS (SELECT FROM audit_backfill b WHERE b.log_id = g.log_id)
  ORDER BY g.log_id LIMIT 1
$$;

REVOKE ALL ON FUNCTION find_prunable_log FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_prunable_log TO :"app_role";
