-- Returns the index of the first of these leaves, from p_from to before p_until, whose event was recorded at p_horizon or
-- later; NULL if all are older.
CREATE OR REPLACE FUNCTION first_recent_leaf(
  p_log uuid, p_epoch integer, p_from bigint, p_until bigint, p_horizon timestamptz
) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
  SELECT min(l.leaf_index)
  FROM audit_leaves l CROSS JOIN LATERAL (
    SELECT e.at FROM audit_events e WHERE e.log_id = l.log_id AND e.id = l.event_id OFFSET 0
  ) AS e
  WHERE l.log_id = p_log AND l.epoch = p_epoch AND l.leaf_index >= p_from AND l.leaf_index < p_until
    AND e.at >= p_horizon
$$;

REVOKE ALL ON FUNCTION first_recent_leaf FROM PUBLIC;
GRANT EXECUTE ON FUNCTION first_recent_leaf TO :"app_role";
