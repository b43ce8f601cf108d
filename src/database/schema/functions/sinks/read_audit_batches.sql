-- Returns the next events of a sink in the order in which they were sealed: p_events at most, and no more after p_bytes. An
-- event is named by position and part, which confirm_audit_batches takes. Its body is null if it was removed.
CREATE OR REPLACE FUNCTION read_audit_batches(p_sink text, p_events integer, p_bytes integer)
RETURNS TABLE ("position" bigint, part integer, origin text, leaf_index bigint, body text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  v_sink   audit_sinks;
  v_batch  record;
  v_event  record;
  v_events integer := 0;
  v_bytes  bigint := 0;
BEGIN
  SELECT s.* INTO v_sink FROM audit_sinks s WHERE s.name = p_sink;
  FOR v_batch IN
    SELECT b.position, b.log_id, b.epoch, b.first_index, b.events, audit_origin(b.log_id, b.epoch) AS origin,
           CASE WHEN b.position = v_sink.position THEN v_sink.part ELSE 0 END AS done
    FROM audit_batches b WHERE b.position >= v_sink.position ORDER BY b.position LIMIT p_events + 1
  LOOP
    FOR v_event IN
      SELECT i.part, l.leaf_index, e.body
      FROM generate_series(v_batch.done + 1, least(v_batch.events, v_batch.done + p_events)) AS i (part)
      LEFT JOIN audit_leaves l ON l.log_id = v_batch.log_id AND l.epoch = v_batch.epoch
        AND l.leaf_index = v_batch.first_index + i.part - 1
      LEFT JOIN LATERAL (
        SELECT a.body FROM audit_events a WHERE a.log_id = v_batch.log_id AND a.id = l.event_id OFFSET 0
      ) AS e ON true
      ORDER BY i.part
    LOOP
      RETURN QUERY VALUES
        (v_batch.position, v_event.part, v_batch.origin, v_batch.first_index + v_event.part - 1, v_event.body);
      v_events := v_events + 1;
      v_bytes := v_bytes + coalesce(octet_length(v_event.body), 0);
      IF v_events >= p_events OR v_bytes >= p_bytes THEN
        RETURN;
      END IF;
    END LOOP;
  END LOOP;
END
$$;

ALTER FUNCTION read_audit_batches OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION read_audit_batches FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_audit_batches TO :"app_role";
