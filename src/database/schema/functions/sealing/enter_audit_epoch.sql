-- Begins the present epoch of those logs that are in an earlier one. The first event of each names the last checkpoint that
-- there is, and the reason. A tenant that was created since has lost nothing, and its log goes on; a log that was never sealed
-- here begins anew too, since it may have been sealed in what was lost. Leaves that were never signed are taken back first,
-- so that they become leaves of the epoch that the log is in afterwards. The caller holds the lock of the sequence audit.
CREATE OR REPLACE FUNCTION enter_audit_epoch(p_logs uuid[], p_event uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
  v_now     installation;
  v_entries audit_entry[];
BEGIN
  INSERT INTO audit_logs (log_id) SELECT unnest(p_logs) ON CONFLICT DO NOTHING;
  -- The service's login may add rows of any id. Such a one would leave no room before it.
  UPDATE audit_pending p SET id = DEFAULT WHERE p.log_id = ANY (p_logs) AND p.id < -4611686018427387904;
  PERFORM take_back_unsigned_leaves(p_logs);
  SELECT i.* INTO v_now FROM installation i;
  IF v_now.epoch = 1 THEN
    RETURN;
  END IF;
  SELECT array_agg(ROW(
    g.log_id, coalesce(p_event, new_event_id()), 'audit.new_epoch', NULL, NULL, NULL, NULL, 'ok', v_now.epoch_caller,
    json_build_object(
      'previous_origin', audit_origin(g.log_id, coalesce(c.epoch, g.epoch)),
      'previous_size', coalesce(c.size, 0)::text,
      'previous_root', encode(coalesce(c.root, sha256('')), 'base64'),
      'reason', v_now.epoch_reason
    )
  )::audit_entry)
  INTO v_entries
  FROM audit_logs g LEFT JOIN LATERAL (
    SELECT p.epoch, p.size, p.root FROM audit_checkpoints p WHERE p.log_id = g.log_id
    ORDER BY p.epoch DESC, p.size DESC LIMIT 1
  ) AS c ON true
  WHERE g.log_id = ANY (p_logs) AND g.epoch < v_now.epoch
    AND NOT EXISTS (SELECT FROM tenants t WHERE t.id = g.log_id AND t.created_at >= v_now.epoch_at);
  IF v_entries IS NULL THEN
    RETURN;
  END IF;
  PERFORM record_events(v_entries);
  -- Comes before whatever waits, an earlier event of this kind included.
  UPDATE audit_pending p
  SET id = least((SELECT o.id FROM audit_pending o WHERE o.log_id = e.log_id ORDER BY o.id LIMIT 1), 1) - 1
  FROM unnest(v_entries) AS e WHERE p.log_id = e.log_id AND p.event_id = e.id;
  UPDATE audit_logs g SET epoch = v_now.epoch, size = 0, frontier = ''
  FROM unnest(v_entries) AS e WHERE g.log_id = e.log_id;
END
$$;

ALTER FUNCTION enter_audit_epoch OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION enter_audit_epoch FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enter_audit_epoch TO :"reader_role";
