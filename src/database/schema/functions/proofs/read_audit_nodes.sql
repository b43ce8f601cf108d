-- Returns what the hashes of up to 256 nodes of a tree are computed from: for each node its own row, or those of the level
-- below it of which rows are stored, at most 256. Of a node with leaves before the size up to which the log was pruned, it
-- is the frontier of that size, and the rows after it: at most 256 of each such level.
--
-- OFFSET 0 keeps each look-up by the whole key, whatever the planner knows of the log.
CREATE OR REPLACE FUNCTION read_audit_nodes(p_log uuid, p_epoch integer, p_levels integer[], p_indexes bigint[])
RETURNS TABLE (level smallint, node_index bigint, hash bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
DECLARE
  v_pruned bigint := coalesce((SELECT u.size FROM audit_pruned u WHERE u.log_id = p_log AND u.epoch = p_epoch), 0);
BEGIN
  IF cardinality(p_levels) > 256 THEN
    RAISE EXCEPTION 'too many nodes of a tree at once' USING ERRCODE = 'program_limit_exceeded';
  END IF;
  RETURN QUERY
  WITH asked AS MATERIALIZED (
    SELECT a.level, a.node_index, a.node_index << a.level AS begins, (a.node_index + 1) << a.level AS ends, n.hash
    FROM unnest(p_levels, p_indexes) AS a (level, node_index)
    LEFT JOIN LATERAL (
      SELECT o.hash FROM audit_nodes o
      WHERE o.log_id = p_log AND o.epoch = p_epoch AND o.level = a.level::smallint AND o.node_index = a.node_index OFFSET 0
    ) AS n ON true
  ),
  -- Ranges of rows of a level of which rows are stored, that is, a multiple of 8.
  parts AS MATERIALIZED (
    SELECT b.base, b.begins, b.ends FROM (
      SELECT s.base,
             greatest(a.begins, CASE WHEN a.begins < v_pruned THEN v_pruned ELSE 0 END) + (1::bigint << s.base) - 1 >> s.base
               AS begins,
             least(a.ends, CASE WHEN a.begins < v_pruned AND s.base + 8 < a.level
                                THEN (v_pruned + (256::bigint << s.base) - 1 >> s.base + 8) << s.base + 8
                                ELSE a.ends END) >> s.base AS ends
      FROM asked a CROSS JOIN LATERAL generate_series(
        CASE WHEN a.begins < v_pruned THEN 0 ELSE greatest(a.level - 1, 0) / 8 * 8 END, greatest(a.level - 1, 0), 8
      ) AS s (base)
      WHERE a.hash IS NULL AND a.ends > v_pruned
    ) AS b
    WHERE b.begins < b.ends
  )
  SELECT a.level::smallint, a.node_index, a.hash FROM asked a WHERE a.hash IS NOT NULL
  UNION
  SELECT 0::smallint, l.leaf_index, l.hash FROM parts p CROSS JOIN LATERAL (
    SELECT o.leaf_index, o.hash FROM audit_leaves o
    WHERE o.log_id = p_log AND o.epoch = p_epoch AND o.leaf_index >= p.begins AND o.leaf_index < p.ends OFFSET 0
  ) AS l
  WHERE p.base = 0
  UNION
  SELECT n.level, n.node_index, n.hash FROM parts p CROSS JOIN LATERAL (
    SELECT o.level, o.node_index, o.hash FROM audit_nodes o
    WHERE o.log_id = p_log AND o.epoch = p_epoch AND o.level = p.base::smallint
      AND o.node_index >= p.begins AND o.node_index < p.ends OFFSET 0
  ) AS n
  WHERE p.base > 0
  UNION
  -- The frontier of the size up to which the log was pruned has a node for each bit of it.
  SELECT n.level, n.node_index, n.hash
  FROM generate_series(0, 52) AS f (level) CROSS JOIN LATERAL (
    SELECT o.level, o.node_index, o.hash FROM audit_nodes o
    WHERE o.log_id = p_log AND o.epoch = p_epoch AND o.level = f.level::smallint
      AND o.node_index = (v_pruned >> f.level) - 1 OFFSET 0
  ) AS n
  WHERE v_pruned >> f.level & 1 = 1
    AND EXISTS (SELECT FROM asked a WHERE a.hash IS NULL AND a.begins < v_pruned AND a.ends > v_pruned);
END
$$;

ALTER FUNCTION read_audit_nodes OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION read_audit_nodes FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_audit_nodes TO :"app_role";
