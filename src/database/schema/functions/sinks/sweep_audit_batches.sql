-- Removes up to p_limit batches that all sinks have. Forgets sinks that no process has had in its configuration for as long as
-- they are waited for. Returns how many batches were removed, the sinks that were forgotten, and those for which pruning waits no
-- more.
CREATE OR REPLACE FUNCTION sweep_audit_batches(p_limit integer)
RETURNS TABLE (removed integer, forgotten text[], overdue text[])
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
  WITH gone AS (
    DELETE FROM audit_sinks s WHERE s.configured_at < clock_timestamp() - make_interval(days => s.wait_days) RETURNING s.name
  )
  SELECT coalesce(array_agg(g.name ORDER BY g.name), '{}') INTO forgotten FROM gone g;
  DELETE FROM audit_batches b USING (
    SELECT d.position FROM audit_batches d
    WHERE d.position <= coalesce((SELECT min(s.position) FROM audit_sinks s), 9223372036854775807)
      AND NOT EXISTS (SELECT FROM audit_sinks s WHERE s.position = d.position AND s.part < d.events)
    ORDER BY d.position LIMIT p_limit
  ) AS old
  WHERE b.position = old.position;
  GET DIAGNOSTICS removed = ROW_COUNT;
  SELECT coalesce(array_agg(s.name ORDER BY s.name), '{}') INTO overdue
  FROM audit_sinks s CROSS JOIN LATERAL (
    SELECT b.sealed_at FROM audit_batches b
    WHERE b.position >= s.position AND NOT (b.position = s.position AND b.events <= s.part) ORDER BY b.position LIMIT 1
  ) AS next
  WHERE next.sealed_at < clock_timestamp() - make_interval(days => s.wait_days);
  RETURN NEXT;
END
$$;

ALTER FUNCTION sweep_audit_batches OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION sweep_audit_batches FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sweep_audit_batches TO :"app_role";
