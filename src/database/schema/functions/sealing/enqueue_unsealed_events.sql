-- Adds up to p_limit events from before there were leaves to what is waiting to be sealed, of one log. Leaves the last
-- minute to later calls: a transaction that began before the functions were replaced may still add to it.
-- Returns whether there is more to do at once.
CREATE OR REPLACE FUNCTION enqueue_unsealed_events(p_limit integer) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
DECLARE
  v_present uuid := first_event_id(clock_timestamp() - interval '1 minute');
  v_log     audit_backfill;
  v_upto    uuid;
  v_last    uuid;
  v_count   integer;
BEGIN
  SELECT b.* INTO v_log FROM audit_backfill b WHERE b.after_id < least(b.until_id, v_present) LIMIT 1 FOR UPDATE;
  IF NOT FOUND THEN
    DELETE FROM audit_backfill b WHERE b.after_id >= b.until_id;
    RETURN false;
  END IF;
  v_upto := least(v_log.until_id, v_present);
  WITH next AS MATERIALIZED (
    SELECT e.id FROM audit_events e WHERE e.log_id = v_log.log_id AND e.id > v_log.after_id AND e.id < v_upto
    ORDER BY e.id LIMIT p_limit
  ),
  added AS (
    INSERT INTO audit_pending (log_id, event_id)
    SELECT v_log.log_id, n.id FROM next n
    WHERE NOT EXISTS (SELECT FROM audit_leaves l WHERE l.log_id = v_log.log_id AND l.event_id = n.id)
      AND n.id NOT IN (SELECT p.event_id FROM audit_pending p WHERE p.log_id = v_log.log_id)
    ORDER BY n.id
  )
  SELECT count(*), (array_agg(n.id ORDER BY n.id DESC))[1] INTO v_count, v_last FROM next n;
  UPDATE audit_backfill b SET after_id = CASE WHEN v_count = p_limit THEN v_last ELSE v_upto END
  WHERE b.log_id = v_log.log_id;
  RETURN true;
END
$$;

ALTER FUNCTION enqueue_unsealed_events OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION enqueue_unsealed_events FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enqueue_unsealed_events TO :"app_role";
