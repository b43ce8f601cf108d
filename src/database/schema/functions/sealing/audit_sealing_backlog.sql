-- Counts the events that wait to be sealed, up to p_limit, and returns for how many seconds the oldest has waited. Leaves out
-- the age of events from before there were leaves, and looks at the first 1,000 logs only.
CREATE OR REPLACE FUNCTION audit_sealing_backlog(p_limit integer, OUT events integer, OUT oldest_seconds double precision)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
DECLARE
  v_oldest uuid;
BEGIN
  SELECT count(*) INTO events FROM (SELECT FROM audit_pending LIMIT p_limit) AS p;
  WITH RECURSIVE found (log_id, event_id) AS (
    (SELECT p.log_id, p.event_id FROM audit_pending p ORDER BY p.log_id, p.id LIMIT 1)
    UNION ALL
    SELECT n.log_id, n.event_id FROM found f CROSS JOIN LATERAL (
      SELECT p.log_id, p.event_id FROM audit_pending p WHERE p.log_id > f.log_id ORDER BY p.log_id, p.id LIMIT 1
    ) AS n
  )
  SELECT f.event_id INTO v_oldest FROM (SELECT * FROM found LIMIT 1000) AS f
  WHERE NOT EXISTS (SELECT FROM audit_backfill b WHERE b.log_id = f.log_id) ORDER BY f.event_id LIMIT 1;
  oldest_seconds := coalesce(greatest(extract(epoch FROM clock_timestamp()) -
    ('x' || left(replace(v_oldest::text, '-', ''), 12))::bit(48)::bigint / 1000.0, 0), 0);
END
$$;

ALTER FUNCTION audit_sealing_backlog OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION audit_sealing_backlog FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_sealing_backlog TO :"app_role";
