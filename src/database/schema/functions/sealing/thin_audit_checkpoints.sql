-- Deletes checkpoints that need not be kept, looking at up to p_limit of them: each but the last of its hour, once the hour
-- has passed, and after 30 days each but the last of its day. The last of an epoch is kept in any case, and the one at which a
-- pruned log begins.
-- Returns how many it looked at.
CREATE OR REPLACE FUNCTION thin_audit_checkpoints(p_limit integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
  v_hour  timestamptz := date_trunc('hour', clock_timestamp(), 'UTC');
  v_day   timestamptz := date_trunc('day', clock_timestamp(), 'UTC') - interval '30 days';
  v_count integer;
BEGIN
  WITH due AS MATERIALIZED (
    (SELECT c.log_id, c.epoch, c.size, c.signed_at, 1 AS keep, 'hour' AS period FROM audit_checkpoints c
     WHERE c.kept = 0 AND c.signed_at < v_hour ORDER BY c.kept, c.signed_at LIMIT p_limit)
    UNION ALL
    (SELECT c.log_id, c.epoch, c.size, c.signed_at, 2, 'day' FROM audit_checkpoints c
     WHERE c.kept = 1 AND c.signed_at < v_day ORDER BY c.kept, c.signed_at LIMIT p_limit)
  ),
  -- One that the next one follows in the same period is not needed.
  judged AS MATERIALIZED (
    SELECT d.*, coalesce((
      SELECT n.signed_at FROM audit_checkpoints n WHERE n.log_id = d.log_id AND n.epoch = d.epoch AND n.size > d.size
      ORDER BY n.size LIMIT 1
    ) < date_trunc(d.period, d.signed_at, 'UTC') + ('1 ' || d.period)::interval, false)
    AND NOT EXISTS (
      SELECT FROM audit_pruned p WHERE p.log_id = d.log_id AND p.epoch = d.epoch AND p.size = d.size
    ) AS is_superseded
    FROM due d
  ),
  deleted AS (
    DELETE FROM audit_checkpoints c USING judged j
    WHERE j.is_superseded AND c.log_id = j.log_id AND c.epoch = j.epoch AND c.size = j.size
  ),
  marked AS (
    UPDATE audit_checkpoints c SET kept = j.keep FROM judged j
    WHERE NOT j.is_superseded AND c.log_id = j.log_id AND c.epoch = j.epoch AND c.size = j.size
  )
  SELECT count(*) INTO v_count FROM due;
  RETURN v_count;
END
$$;

ALTER FUNCTION thin_audit_checkpoints OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION thin_audit_checkpoints FROM PUBLIC;
GRANT EXECUTE ON FUNCTION thin_audit_checkpoints TO :"app_role";
