-- Returns the heads of up to p_limit logs that changed since they were announced, and notes that they are. A round begins at
-- most once a minute. An event that announces heads is no reason to announce the system's log.
CREATE OR REPLACE FUNCTION announce_audit_heads(p_limit integer, p_begins_round boolean)
RETURNS TABLE (origin text, size bigint, root bytea)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  v_system uuid := '00000000-0000-0000-0000-000000000000';
  v_now    timestamptz(3) := clock_timestamp();
  v_logs   uuid[];
BEGIN
  -- A log that is being sealed just now comes later.
  v_logs := ARRAY(
    SELECT g.log_id FROM audit_logs g WHERE NOT g.is_announced AND g.size > 0 ORDER BY g.log_id LIMIT p_limit
    FOR UPDATE SKIP LOCKED
  );
  IF v_logs <@ ARRAY[v_system] AND NOT EXISTS (
    SELECT FROM audit_logs g
    JOIN audit_leaves l ON l.log_id = g.log_id AND l.epoch = g.epoch
      AND l.leaf_index >= CASE WHEN g.announced_epoch = g.epoch THEN g.announced_size ELSE 0 END
    LEFT JOIN audit_events e ON e.log_id = l.log_id AND e.id = l.event_id
    WHERE g.log_id = ANY (v_logs) AND e.action IS DISTINCT FROM 'audit.heads'
  ) THEN
    RETURN;
  END IF;
  IF p_begins_round THEN
    UPDATE installation i SET heads_at = v_now,
      written_by = CASE WHEN i.written_by::xid = i.xmin THEN pg_current_xact_id() ELSE i.written_by END
    WHERE i.heads_at IS NULL OR i.heads_at NOT BETWEEN v_now - interval '55 seconds' AND v_now;
    IF NOT FOUND THEN
      RETURN;
    END IF;
  END IF;
  UPDATE audit_logs g SET is_announced = true, announced_epoch = g.epoch, announced_size = g.size
  WHERE g.log_id = ANY (v_logs);
  RETURN QUERY
  SELECT audit_origin(g.log_id, g.epoch), g.size, c.root
  FROM audit_logs g JOIN audit_checkpoints c ON c.log_id = g.log_id AND c.epoch = g.epoch AND c.size = g.size
  WHERE g.log_id = ANY (v_logs) ORDER BY g.log_id;
END
$$;

ALTER FUNCTION announce_audit_heads OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION announce_audit_heads FROM PUBLIC;
GRANT EXECUTE ON FUNCTION announce_audit_heads TO :"app_role";
