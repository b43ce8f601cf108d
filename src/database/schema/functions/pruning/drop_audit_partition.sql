-- Drops the partition of a month that ended at least 30 days ago, if no log needs an event of it: none is a leaf, none is
-- waiting to be sealed. Runs with the rights of the schema's owner, and fails if a lock is not available within a second;
-- a later call makes up for it.
-- Returns whether the partition was dropped.
CREATE OR REPLACE FUNCTION drop_audit_partition(p_month date) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET lock_timeout = '1s'
SET enable_seqscan = off
AS $$
DECLARE
  v_name text := to_char(p_month, '"audit_events_"YYYY_MM');
  v_from uuid := first_event_id(p_month::timestamp AT TIME ZONE 'UTC');
  v_to   uuid := first_event_id((p_month + interval '1 month') AT TIME ZONE 'UTC');
BEGIN
  IF p_month <> date_trunc('month', p_month) OR to_regclass(v_name) IS NULL
     OR v_to > first_event_id(clock_timestamp() - interval '30 days') THEN
    RETURN false;
  END IF;
  -- Nothing becomes a leaf from here on, so the leaves need not be looked at while requests wait for the table.
  PERFORM lock_sequence('audit', true);
  IF EXISTS (
    SELECT FROM audit_logs g CROSS JOIN LATERAL (
      SELECT FROM audit_leaves l WHERE l.log_id = g.log_id AND l.event_id >= v_from AND l.event_id < v_to LIMIT 1
    ) AS needed
  ) THEN
    RETURN false;
  END IF;
  LOCK TABLE ONLY audit_events IN ACCESS EXCLUSIVE MODE;
  IF EXISTS (SELECT FROM audit_pending p WHERE p.event_id >= v_from AND p.event_id < v_to)
     OR EXISTS (SELECT FROM audit_backfill b WHERE b.after_id < v_to) THEN
    RETURN false;
  END IF;
  EXECUTE format('DROP TABLE %I', v_name);
  DELETE FROM audit_removals r WHERE r.month = p_month;
  RETURN true;
END
$$;

REVOKE ALL ON FUNCTION drop_audit_partition FROM PUBLIC;
GRANT EXECUTE ON FUNCTION drop_audit_partition TO :"app_role";
