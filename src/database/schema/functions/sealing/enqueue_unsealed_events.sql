-- Adds up to p_limit events from before there were leaves to what is waiting to be sealed, of one log. Returns whether there is
-- more to do at once: not while as many wait already. Returns NULL once nothing is left from before.
--
-- The first call for a log only notes how far its events go, and the next ones come a minute later: a transaction that began
-- before the functions were replaced may still add to them. Events that were enqueued when they were recorded may be enqueued
-- once more, and become a leaf once.
CREATE OR REPLACE FUNCTION enqueue_unsealed_events(p_limit integer) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
DECLARE
  v_now   timestamptz := clock_timestamp();
  v_log   audit_backfill;
  v_last  uuid;
  v_count integer;
BEGIN
  UPDATE audit_backfill b SET begun_at = v_now, until_id = greatest(
    first_event_id(v_now + interval '5 minutes'),
    (SELECT e.id FROM audit_events e WHERE e.log_id = b.log_id ORDER BY e.id DESC LIMIT 1)
  )
  WHERE b.until_id IS NULL;
  SELECT b.* INTO v_log FROM audit_backfill b WHERE b.begun_at < v_now - interval '1 minute'
  ORDER BY b.log_id LIMIT 1 FOR UPDATE;
  IF NOT FOUND THEN
    RETURN CASE WHEN EXISTS (SELECT FROM audit_backfill) THEN false END;
  END IF;
  IF EXISTS (SELECT FROM audit_pending p WHERE p.log_id = v_log.log_id OFFSET p_limit) THEN
    RETURN false;
  END IF;
  WITH next AS MATERIALIZED (
    SELECT e.id FROM audit_events e
    WHERE e.log_id = v_log.log_id AND e.id > v_log.after_id AND e.id <= v_log.until_id ORDER BY e.id LIMIT p_limit
  ),
  added AS (
    INSERT INTO audit_pending (log_id, event_id)
    SELECT v_log.log_id, n.id FROM next n
    WHERE NOT EXISTS (SELECT FROM audit_leaves l WHERE l.log_id = v_log.log_id AND l.event_id = n.id)
    ORDER BY n.id
  )
  SELECT count(*), (array_agg(n.id ORDER BY n.id DESC))[1] INTO v_count, v_last FROM next n;
  IF v_count < p_limit THEN
    DELETE FROM audit_backfill b WHERE b.log_id = v_log.log_id;
  ELSE
    UPDATE audit_backfill b SET after_id = v_last WHERE b.log_id = v_log.log_id;
  END IF;
  RETURN true;
END
$$;

ALTER FUNCTION enqueue_unsealed_events OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION enqueue_unsealed_events FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enqueue_unsealed_events TO :"app_role";
