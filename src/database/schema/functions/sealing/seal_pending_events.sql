-- Makes leaves of committed events that are none yet: up to about p_limit, of up to 500 logs after p_after, and not of
-- those in p_stopped. Returns for each of these logs what it was sealed with last, and the hashes of the new leaves one
-- after the other. The caller signs the new trees, and stores them by store_sealed_logs in the same transaction.
-- If it does not, the next call makes the leaves again: the first row of each log stays in audit_pending until the tree is
-- stored, so that the log is visited, and take_back_unsigned_leaves takes the leaves back.
--
-- Logs of an earlier epoch than the present one enter it. is_full says that a log may have more. missing counts events that
-- somebody deleted before they were sealed.
-- Returns nothing if another transaction is sealing. What the new leaves, and exports, read of secrets is noted on the way.
CREATE OR REPLACE FUNCTION seal_pending_events(p_after uuid, p_stopped uuid[], p_limit integer)
RETURNS TABLE (
  log_id uuid, epoch integer, size bigint, frontier bytea, note text, key_id integer, hashes bytea, is_full boolean,
  missing integer
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  v_after uuid := coalesce(p_after, '00000000-0000-0000-0000-000000000000');
  v_logs  uuid[];
  v_share integer;
BEGIN
  IF NOT lock_sequence('audit', false) THEN
    RETURN;
  END IF;
  -- Skips from log to log along the primary key.
  WITH RECURSIVE found (id) AS (
    (SELECT p.log_id FROM audit_pending p
     WHERE (p.log_id, p.id) > (v_after, CASE WHEN p_after IS NULL THEN (-9223372036854775808)::bigint ELSE 9223372036854775807 END)
     ORDER BY p.log_id, p.id LIMIT 1)
    UNION ALL
    SELECT (SELECT p.log_id FROM audit_pending p WHERE p.log_id > f.id ORDER BY p.log_id, p.id LIMIT 1)
    FROM found f WHERE f.id IS NOT NULL
  )
  SELECT array_agg(l.id) INTO v_logs FROM (
    SELECT f.id FROM found f WHERE f.id IS NOT NULL AND f.id <> ALL (p_stopped) LIMIT 500
  ) AS l;
  IF v_logs IS NULL THEN
    PERFORM note_secret_reads('{}');
    RETURN;
  END IF;
  v_share := greatest(p_limit / cardinality(v_logs), 16);
  PERFORM enter_audit_epoch(v_logs, NULL);

  RETURN QUERY
  WITH taken AS MATERIALIZED (
    SELECT o.log_id, o.id, o.event_id, g.epoch, greatest(g.size, last.leaf_index + 1) AS size
    FROM unnest(v_logs) AS log (id)
    JOIN audit_logs g ON g.log_id = log.id
    -- More than the size where the caller is going to find that the log is not what was signed.
    LEFT JOIN LATERAL (
      SELECT l.leaf_index FROM audit_leaves l WHERE l.log_id = g.log_id AND l.epoch = g.epoch
      ORDER BY l.leaf_index DESC LIMIT 1
    ) AS last ON true
    CROSS JOIN LATERAL (
      SELECT p.log_id, p.id, p.event_id FROM audit_pending p WHERE p.log_id = log.id ORDER BY p.id LIMIT v_share
    ) AS o
  ),
  hashed AS MATERIALIZED (
    SELECT t.*, e.hash, l.is_leaf IS NOT NULL AS is_leaf,
           row_number() OVER (PARTITION BY t.log_id, t.event_id ORDER BY t.id) = 1 AS is_first
    FROM taken t
    -- Takes no column, so that the index by event is the cheaper one however small the table was when this was planned.
    LEFT JOIN LATERAL (
      SELECT true AS is_leaf FROM audit_leaves o WHERE o.log_id = t.log_id AND o.event_id = t.event_id OFFSET 0
    ) AS l ON true
    LEFT JOIN LATERAL (
      SELECT sha256('\x00'::bytea || convert_to(a.body, 'UTF8')) AS hash
      FROM audit_events a WHERE l.is_leaf IS NULL AND a.log_id = t.log_id AND a.id = t.event_id OFFSET 0
    ) AS e ON true
  ),
  -- An event is a leaf once, whatever is pending.
  placed AS MATERIALIZED (
    SELECT h.*, n.is_new, count(*) FILTER (WHERE n.is_new) OVER (PARTITION BY h.log_id ORDER BY h.id) - 1 AS place
    FROM hashed h CROSS JOIN LATERAL (SELECT h.is_first AND h.hash IS NOT NULL AS is_new) AS n
  ),
  emptied AS (
    DELETE FROM audit_pending p USING placed t
    WHERE p.log_id = t.log_id AND p.id = t.id AND NOT (t.is_new AND t.place = 0)
  ),
  added AS (
    INSERT INTO audit_leaves (log_id, epoch, leaf_index, event_id, hash)
    SELECT l.log_id, l.epoch, l.size + l.place, l.event_id, l.hash FROM placed l WHERE l.is_new
  ),
  counted AS MATERIALIZED (
    SELECT t.log_id, count(*) AS taken, string_agg(t.hash, ''::bytea ORDER BY t.id) FILTER (WHERE t.is_new) AS hashes,
           (count(*) FILTER (WHERE t.is_first AND NOT t.is_leaf AND t.hash IS NULL))::integer AS missing
    FROM placed t GROUP BY t.log_id
  )
  SELECT g.log_id, g.epoch, g.size, g.frontier, c.note, c.key_id, coalesce(t.hashes, ''), t.taken >= v_share, t.missing
  FROM counted t JOIN audit_logs g ON g.log_id = t.log_id
  LEFT JOIN audit_checkpoints c ON c.log_id = g.log_id AND c.epoch = g.epoch AND c.size = g.size
  ORDER BY g.log_id;
  PERFORM note_secret_reads(v_logs);
END
$$;

ALTER FUNCTION seal_pending_events OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION seal_pending_events FROM PUBLIC;
GRANT EXECUTE ON FUNCTION seal_pending_events TO :"app_role";
