-- Deletes up to p_limit events of a month that one log no longer needs, where its partition is not going to be dropped soon:
-- another log needs it that keeps events for longer, or the events lie in the default partition. A log that still has
-- leaves in the month is left to a later call.
-- Returns the number of events, or -1 if there is nothing to do.
CREATE OR REPLACE FUNCTION remove_pruned_events(
  p_month date, p_days integer, p_least_days integer, p_limit integer
) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
  v_from  uuid := first_event_id(p_month::timestamp AT TIME ZONE 'UTC');
  v_to    uuid := first_event_id((p_month + interval '1 month') AT TIME ZONE 'UTC');
  v_until timestamptz;
  v_log   uuid;
  v_ids   uuid[];
  v_count integer;
BEGIN
  -- The log that needs the partition longest.
  IF to_regclass(to_char(p_month, '"audit_events_"YYYY_MM')) IS NULL THEN
    v_until := '-infinity';
  ELSE
    SELECT min(audit_horizon(g.log_id, p_days, p_least_days)) INTO v_until
    FROM audit_logs g CROSS JOIN LATERAL (
      SELECT FROM audit_leaves l WHERE l.log_id = g.log_id AND l.event_id >= v_from AND l.event_id < v_to LIMIT 1
    ) AS needed;
  END IF;
  SELECT r.log_id INTO v_log FROM audit_removals r
  WHERE r.month = p_month
    AND (v_until = '-infinity' OR audit_horizon(r.log_id, p_days, p_least_days) > v_until)
    AND NOT EXISTS (
      SELECT FROM audit_leaves l WHERE l.log_id = r.log_id AND l.event_id >= v_from AND l.event_id < v_to
    )
  LIMIT 1 FOR UPDATE;
  IF NOT FOUND THEN
    RETURN -1;
  END IF;

  SELECT array_agg(n.id), count(*) INTO v_ids, v_count FROM (
    SELECT e.id FROM audit_events e
    LEFT JOIN LATERAL (
      SELECT true AS is_leaf FROM audit_leaves l WHERE l.log_id = v_log AND l.event_id = e.id OFFSET 0
    ) AS l ON true
    WHERE e.log_id = v_log AND e.id >= v_from AND e.id < v_to AND l.is_leaf IS NULL
      AND e.id NOT IN (SELECT p.event_id FROM audit_pending p WHERE p.log_id = v_log)
      AND NOT EXISTS (SELECT FROM audit_backfill b WHERE b.log_id = v_log AND e.id > b.after_id)
    ORDER BY e.id LIMIT p_limit
  ) AS n;
  DELETE FROM audit_events e WHERE e.log_id = v_log AND e.id >= v_from AND e.id < v_to AND e.id = ANY (v_ids);
  IF v_count < p_limit THEN
    DELETE FROM audit_removals r WHERE r.log_id = v_log AND r.month = p_month;
  END IF;
  RETURN v_count;
END
$$;

REVOKE ALL ON FUNCTION remove_pruned_events FROM PUBLIC;
GRANT EXECUTE ON FUNCTION remove_pruned_events TO :"app_role";
