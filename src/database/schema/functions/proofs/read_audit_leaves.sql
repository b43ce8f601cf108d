-- Returns the leaves of an epoch from p_from to before p_upto, with the events that they are of, in order: at most p_limit,
-- and with p_bytes of events at most, but one in any case. A leaf that was deleted has no hash, and an event that was
-- deleted no body. note is the last checkpoint that the page reaches; it stands with the last of its leaves.
--
-- OFFSET 0 keeps a look-up by the whole key: without statistics, the planner would join with all leaves of the log.
CREATE OR REPLACE FUNCTION read_audit_leaves(
  p_log uuid, p_epoch integer, p_from bigint, p_upto bigint, p_limit integer, p_bytes integer
) RETURNS TABLE (hash bytea, body text, note text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH read AS MATERIALIZED (
    SELECT i.place, l.hash, e.body
    FROM generate_series(p_from, least(p_upto, p_from + p_limit) - 1) AS i (place)
    LEFT JOIN LATERAL (
      SELECT o.event_id, o.hash FROM audit_leaves o
      WHERE o.log_id = p_log AND o.epoch = p_epoch AND o.leaf_index = i.place OFFSET 0
    ) AS l ON true
    LEFT JOIN LATERAL (
      SELECT a.body FROM audit_events a WHERE a.log_id = p_log AND a.id = l.event_id OFFSET 0
    ) AS e ON true
  ),
  page AS MATERIALIZED (
    SELECT m.place, m.hash, m.body FROM (
      SELECT r.*, sum(coalesce(octet_length(r.body), 0)) OVER (ORDER BY r.place) AS bytes FROM read r
    ) AS m
    WHERE m.bytes <= p_bytes OR m.place = p_from
  ),
  reached AS MATERIALIZED (
    SELECT k.size, k.note FROM audit_checkpoints k
    WHERE k.log_id = p_log AND k.epoch = p_epoch AND k.size > p_from AND k.size <= (SELECT max(p.place) + 1 FROM page p)
    ORDER BY k.size DESC LIMIT 1
  )
  SELECT p.hash, p.body, (SELECT r.note FROM reached r WHERE r.size = p.place + 1) FROM page p ORDER BY p.place;
END
$$;

ALTER FUNCTION read_audit_leaves OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION read_audit_leaves FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_audit_leaves TO :"app_role";
