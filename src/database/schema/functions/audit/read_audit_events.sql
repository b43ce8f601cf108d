-- Reads a page of events as they were recorded, in the order of their ids, which is chronological, or backwards: from the
-- given logs or, if p_logs is NULL, from the log of the transaction's tenant. A filter that is NULL is left out.
--
-- Each log is read along an index: by key, by actor, or by id. What the other filters match is in no index, so a page looks
-- at 50,000 entries at most, or at 1,000 of each log where there are more than fifty. It may then have fewer events than
-- asked for, or none, and still say where the next one begins.
-- next_id and next_log are NULL on the last page.
--
-- p_actor is the name that an event shows. An event of a reader from another tenant shows none, so no name finds it.
-- Times are compared with those of the events; ids come from other clocks, so the scan allows them ten minutes.
--
-- The text of the statement holds only the conditions in use, and each call plans it for its values.
CREATE OR REPLACE FUNCTION read_audit_events(
  p_logs uuid[], p_actor_id uuid, p_actor text, p_key text, p_actions text[], p_outcomes text[], p_from timestamptz,
  p_until timestamptz, p_after_id uuid, p_after_log uuid, p_descending boolean, p_size integer, p_bytes integer
) RETURNS TABLE (items text, next_id uuid, next_log uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
  v_logs uuid[] := coalesce(p_logs, ARRAY[nullif(current_setting('app.tenant', true), '')::uuid]);
  v_actors uuid[] := CASE WHEN p_actor_id IS NOT NULL THEN ARRAY[p_actor_id] ELSE (
    SELECT array_agg(u.id) FROM users u WHERE lower(u.username) = lower(p_actor COLLATE "C")
  ) END;
  v_streams integer := cardinality(v_logs) * coalesce(cardinality(v_actors), 1);
  v_order text := CASE WHEN p_descending THEN 'DESC' ELSE 'ASC' END;
  v_from text := 'unnest($1) AS log (id)' || CASE WHEN v_actors IS NULL THEN '' ELSE ' CROSS JOIN unnest($2) AS actor (id)' END;
  -- What an index finds.
  v_within text := concat_ws(' AND ', 'e.log_id = log.id',
    CASE WHEN v_actors IS NOT NULL THEN 'e.actor_id = actor.id' WHEN p_actor IS NOT NULL THEN 'e.actor_id IS NULL' END,
    CASE WHEN p_key IS NOT NULL THEN 'e.key = $4' END,
    CASE WHEN p_from IS NOT NULL THEN 'e.id >= first_event_id(greatest($5 - interval ''10 minutes'', ''epoch''))' END,
    CASE WHEN p_until IS NOT NULL THEN 'e.id < first_event_id(greatest($6 + interval ''10 minutes'', ''epoch''))' END,
    CASE WHEN p_after_id IS NULL THEN NULL
         WHEN p_descending THEN 'e.id <= $7 AND (e.id, e.log_id) < ($7, $8)'
         ELSE 'e.id >= $7 AND (e.id, e.log_id) > ($7, $8)' END
  );
  -- What has to be looked for.
  v_matching text := nullif(concat_ws(' AND ',
    CASE WHEN p_actor IS NOT NULL THEN 'lower(s.body::json #>> ''{caller,actor_name}'') = lower($3)' END,
    CASE WHEN p_from IS NOT NULL THEN 's.at >= $5' END,
    CASE WHEN p_until IS NOT NULL THEN 's.at < $6' END,
    CASE WHEN p_actions IS NOT NULL THEN 's.action = ANY ($9)' END,
    CASE WHEN p_outcomes IS NOT NULL THEN 's.outcome = ANY ($10)' END
  ), '');
BEGIN
  RETURN QUERY EXECUTE format($sql$
    WITH found AS MATERIALIZED (
      SELECT f.id, f.log_id FROM %1$s CROSS JOIN LATERAL (
        SELECT s.id, s.log_id FROM (
          SELECT e.* FROM audit_events e WHERE %2$s ORDER BY e.id %4$s LIMIT $13
        ) AS s
        WHERE %3$s ORDER BY s.id %4$s LIMIT $11
      ) AS f
      ORDER BY f.id %4$s, f.log_id %4$s LIMIT $11
    ),
    -- The entry up to which every log was looked through, if one of them has more.
    horizon AS MATERIALIZED (
      SELECT h.id FROM %1$s CROSS JOIN LATERAL (
        SELECT e.id FROM audit_events e WHERE %2$s ORDER BY e.id %4$s OFFSET $13 - 1 LIMIT 1
      ) AS h
      WHERE %5$L AND ($14 > 1 OR (SELECT count(*) FROM found) < $11)
      ORDER BY h.id %4$s LIMIT 1
    ),
    page AS MATERIALIZED (
      SELECT f.id, f.log_id, b.body, row_number() OVER w AS place, sum(octet_length(b.body) + 1) OVER w AS upto
      FROM found f CROSS JOIN LATERAL (
        SELECT e.body FROM audit_events e WHERE e.log_id = f.log_id AND e.id = f.id OFFSET 0
      ) AS b
      WHERE NOT EXISTS (SELECT FROM horizon h WHERE f.id %6$s h.id)
      WINDOW w AS (ORDER BY f.id %4$s, f.log_id %4$s)
    ),
    answer AS MATERIALIZED (
      SELECT string_agg(p.body, ',' ORDER BY p.place) AS items, count(*) AS given, max(p.place) AS last
      FROM page p WHERE p.upto <= $12 OR p.place = 1
    )
    SELECT '[' || coalesce(a.items, '') || ']', n.id, n.log_id
    FROM answer a LEFT JOIN LATERAL (
      SELECT p.id, p.log_id FROM page p
      WHERE p.place = a.last AND (a.given >= $11 OR a.given < (SELECT count(*) FROM page))
      UNION ALL
      SELECT h.id, %7$L::uuid FROM horizon h
      LIMIT 1
    ) AS n ON true
  $sql$, v_from, v_within, coalesce(v_matching, 'true'), v_order, v_matching IS NOT NULL,
    CASE WHEN p_descending THEN '<' ELSE '>' END,
    CASE WHEN p_descending THEN '00000000-0000-0000-0000-000000000000' ELSE 'ffffffff-ffff-ffff-ffff-ffffffffffff' END
  ) USING v_logs, v_actors, p_actor, p_key, p_from, p_until, p_after_id, p_after_log, p_actions, p_outcomes, p_size, p_bytes,
    CASE WHEN v_matching IS NULL THEN p_size ELSE greatest(p_size, 1000, 50000 / greatest(v_streams, 1)) END, v_streams;
END
$$;

ALTER FUNCTION read_audit_events OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION read_audit_events FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_audit_events TO :"app_role";
