-- Makes leaves of committed events that are none yet: up to about p_limit, of up to 500 logs after p_after, and not of
-- those in p_stopped. Returns for each of these logs what it was sealed with last, and the hashes of the new leaves one
-- after the other. The caller signs the new trees, and stores them by store_sealed_logs in the same transaction.
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
    SELECT o.log_id, o.id, o.event_id
    FROM unnest(v_logs) AS log (id)
    CROSS JOIN LATERAL (
      SELECT p.log_id, p.id, p.event_id FROM audit_pending p WHERE p.log_id = log.id ORDER BY p.id LIMIT v_share
    ) AS o
  ),
  emptied AS (
    DELETE FROM audit_pending p USING taken t WHERE p.log_id = t.log_id AND p.id = t.id
  ),
  -- An event is a leaf once, whatever is pending.
  hashed AS MATERIALIZED (
    SELECT t.log_id, t.id, t.event_id, e.hash FROM (
      SELECT f.log_id, min(f.id) AS id, f.event_id FROM taken f GROUP BY f.log_id, f.event_id
    ) AS t
    LEFT JOIN LATERAL (
      SELECT sha256('\x00'::bytea || convert_to(a.body, 'UTF8')) AS hash
      FROM audit_events a WHERE a.log_id = t.log_id AND a.id = t.event_id OFFSET 0
    ) AS e ON true
    WHERE NOT EXISTS (SELECT FROM audit_leaves l WHERE l.log_id = t.log_id AND l.event_id = t.event_id)
  ),
  leaves AS MATERIALIZED (
    SELECT h.log_id, h.event_id, h.hash, row_number() OVER (PARTITION BY h.log_id ORDER BY h.id) - 1 AS place
    FROM hashed h WHERE h.hash IS NOT NULL
  ),
  added AS (
    INSERT INTO audit_leaves (log_id, epoch, leaf_index, event_id, hash)
    SELECT l.log_id, g.epoch, g.size + l.place, l.event_id, l.hash
    FROM leaves l JOIN audit_logs g ON g.log_id = l.log_id
  ),
  counted AS MATERIALIZED (SELECT t.log_id, count(*) AS taken FROM taken t GROUP BY t.log_id),
  new AS MATERIALIZED (
    SELECT h.log_id, string_agg(h.hash, ''::bytea ORDER BY h.id) AS hashes,
           (count(*) FILTER (WHERE h.hash IS NULL))::integer AS missing
    FROM hashed h GROUP BY h.log_id
  )
  SELECT g.log_id, g.epoch, g.size, g.frontier, c.note, c.key_id, coalesce(n.hashes, ''), t.taken >= v_share,
         coalesce(n.missing, 0)
  FROM counted t JOIN audit_logs g ON g.log_id = t.log_id
  LEFT JOIN audit_checkpoints c ON c.log_id = g.log_id AND c.epoch = g.epoch AND c.size = g.size
  LEFT JOIN new n ON n.log_id = g.log_id
  ORDER BY g.log_id;
  PERFORM note_secret_reads(v_logs);
END
$$;

ALTER FUNCTION seal_pending_events OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION seal_pending_events FROM PUBLIC;
GRANT EXECUTE ON FUNCTION seal_pending_events TO :"app_role";
