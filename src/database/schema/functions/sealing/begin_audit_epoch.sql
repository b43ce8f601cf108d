-- Begins a new epoch of every log that has leaves, after a restore or a failover that may have lost events. The first
-- event of each names the last checkpoint of the epoch before, and the reason. Returns the number of logs.
CREATE OR REPLACE FUNCTION begin_audit_epoch(p_reason text, p_caller json) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
  v_entries audit_entry[];
BEGIN
  PERFORM lock_sequence('audit', true);
  UPDATE installation SET incarnation = database_incarnation();
  SELECT array_agg(ROW(
    g.log_id, new_event_id(), 'audit.new_epoch', NULL, NULL, NULL, NULL, 'ok', p_caller,
    json_build_object(
      'previous_origin', audit_origin(g.log_id, g.epoch),
      'previous_size', coalesce(c.size, 0)::text,
      'previous_root', encode(coalesce(c.root, sha256('')), 'base64'),
      'reason', p_reason
    )
  )::audit_entry)
  INTO v_entries
  FROM audit_logs g LEFT JOIN LATERAL (
    SELECT p.size, p.root FROM audit_checkpoints p WHERE p.log_id = g.log_id AND p.epoch = g.epoch
    ORDER BY p.size DESC LIMIT 1
  ) AS c ON true
  WHERE g.size > 0;
  IF v_entries IS NULL THEN
    RETURN 0;
  END IF;
  PERFORM record_events(v_entries);
  UPDATE audit_pending p SET id = 0 FROM unnest(v_entries) AS e WHERE p.log_id = e.log_id AND p.event_id = e.id;
  UPDATE audit_logs g SET epoch = g.epoch + 1, size = 0, frontier = '' FROM unnest(v_entries) AS e WHERE g.log_id = e.log_id;
  RETURN cardinality(v_entries);
END
$$;

ALTER FUNCTION begin_audit_epoch OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION begin_audit_epoch FROM PUBLIC;
GRANT EXECUTE ON FUNCTION begin_audit_epoch TO :"app_role";
