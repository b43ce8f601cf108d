-- Asks to be the process that sends to a sink for the next p_seconds, and registers the sink where it is new: it then begins
-- with what is sealed from now on. Returns whether the process may send, for how many seconds, and what waits to be sent: for
-- how many seconds (null if nothing does), in about how many batches.
CREATE OR REPLACE FUNCTION lease_audit_sink(p_sink text, p_holder uuid, p_seconds integer, p_wait_days integer)
RETURNS TABLE (is_holder boolean, seconds float8, waiting_seconds float8, batches bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
  v_now   timestamptz := clock_timestamp();
  v_sink  audit_sinks;
  v_since timestamptz;
BEGIN
  IF NOT EXISTS (SELECT FROM audit_sinks s WHERE s.name = p_sink) THEN
    -- No sealing is under way then that does not see the sink.
    PERFORM lock_sequence('audit', true);
    INSERT INTO audit_sinks (name, position, wait_days)
    SELECT p_sink, coalesce((SELECT max(b.position) + 1 FROM audit_batches b), 0), p_wait_days ON CONFLICT DO NOTHING;
  END IF;
  SELECT s.* INTO v_sink FROM audit_sinks s WHERE s.name = p_sink;
  SELECT b.sealed_at INTO v_since FROM audit_batches b
  WHERE b.position >= v_sink.position AND NOT (b.position = v_sink.position AND b.events <= v_sink.part)
  ORDER BY b.position LIMIT 1;
  -- While there is nothing to send, half of the time passes before the row is written again.
  UPDATE audit_sinks s
  SET holder = p_holder, held_until = v_now + make_interval(secs => p_seconds), wait_days = p_wait_days, configured_at = v_now
  WHERE s.name = p_sink
    AND (s.holder IS NULL OR s.holder = p_holder OR s.held_until < v_now)
    AND (s.holder IS DISTINCT FROM p_holder OR v_since IS NOT NULL
         OR s.held_until < v_now + make_interval(secs => p_seconds) / 2);
  RETURN QUERY
  SELECT coalesce(s.holder = p_holder, false), extract(epoch FROM s.held_until - v_now)::float8,
         extract(epoch FROM v_now - v_since)::float8,
         CASE WHEN v_since IS NULL THEN 0 ELSE (SELECT max(b.position) FROM audit_batches b) - s.position + 1 END
  FROM audit_sinks s WHERE s.name = p_sink;
END
$$;

ALTER FUNCTION lease_audit_sink OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION lease_audit_sink FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lease_audit_sink TO :"app_role";
