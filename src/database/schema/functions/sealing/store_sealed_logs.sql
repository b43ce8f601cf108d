-- Stores the trees of logs to which seal_pending_events added leaves, with their signed checkpoints and the nodes that
-- became complete. A log keeps at most one checkpoint a second: a new one takes the place of one that is younger.
-- Where there are sinks, it adds to audit_batches which leaves are new.
--
-- Refuses a size that is not the number of the log's leaves, all of which are then signed.
CREATE OR REPLACE FUNCTION store_sealed_logs(
  p_key integer, p_logs uuid[], p_sizes bigint[], p_frontiers bytea[], p_roots bytea[], p_notes text[],
  p_node_logs uuid[], p_node_levels smallint[], p_node_indexes bigint[], p_node_hashes bytea[]
) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
  v_now timestamptz(3) := clock_timestamp();
BEGIN
  IF EXISTS (
    SELECT FROM unnest(p_logs, p_sizes) AS s (log_id, size) LEFT JOIN audit_logs g ON g.log_id = s.log_id
    WHERE s.size > g.size IS NOT TRUE OR s.size IS DISTINCT FROM 1 + (
      SELECT l.leaf_index FROM audit_leaves l WHERE l.log_id = g.log_id AND l.epoch = g.epoch
      ORDER BY l.leaf_index DESC LIMIT 1
    )
  ) THEN
    RAISE invalid_parameter_value USING MESSAGE = 'the size of a tree is not the number of the leaves of its log';
  END IF;
  DELETE FROM audit_checkpoints c USING audit_logs g
  WHERE g.log_id = ANY (p_logs) AND c.log_id = g.log_id AND c.epoch = g.epoch AND c.size = g.size
    AND c.signed_at > v_now - interval '1 second';

  IF EXISTS (SELECT FROM audit_sinks) THEN
    INSERT INTO audit_batches (log_id, epoch, first_index, events)
    SELECT g.log_id, g.epoch, g.size, s.size - g.size
    FROM unnest(p_logs, p_sizes) AS s (log_id, size) JOIN audit_logs g ON g.log_id = s.log_id;
  END IF;

  -- What seal_pending_events left there to be visited; a row that comes before it by now is looked at once more.
  DELETE FROM audit_pending p USING unnest(p_logs) AS s (log_id)
  WHERE p.log_id = s.log_id
    AND p.id = (SELECT o.id FROM audit_pending o WHERE o.log_id = s.log_id ORDER BY o.id LIMIT 1)
    AND EXISTS (SELECT FROM audit_leaves l WHERE l.log_id = p.log_id AND l.event_id = p.event_id);

  UPDATE audit_logs g SET size = s.size, frontier = s.frontier, sealed_at = v_now, is_announced = false
  FROM unnest(p_logs, p_sizes, p_frontiers) AS s (log_id, size, frontier) WHERE g.log_id = s.log_id;

  INSERT INTO audit_checkpoints (log_id, epoch, size, root, key_id, signed_at, note)
  SELECT g.log_id, g.epoch, g.size, s.root, p_key, v_now, s.note
  FROM unnest(p_logs, p_roots, p_notes) AS s (log_id, root, note) JOIN audit_logs g ON g.log_id = s.log_id;

  INSERT INTO audit_nodes (log_id, epoch, level, node_index, hash)
  SELECT g.log_id, g.epoch, n.level, n.node_index, n.hash
  FROM unnest(p_node_logs, p_node_levels, p_node_indexes, p_node_hashes) AS n (log_id, level, node_index, hash)
  JOIN audit_logs g ON g.log_id = n.log_id;

  INSERT INTO audit_log_keys (log_id, epoch, key_id, from_size)
  SELECT g.log_id, g.epoch, p_key,
         CASE WHEN EXISTS (SELECT FROM audit_log_keys o WHERE o.log_id = g.log_id AND o.epoch = g.epoch) THEN g.size ELSE 0 END
  FROM audit_logs g
  WHERE g.log_id = ANY (p_logs)
    AND NOT EXISTS (SELECT FROM audit_log_keys k WHERE k.log_id = g.log_id AND k.epoch = g.epoch AND k.key_id = p_key);
END
$$;

ALTER FUNCTION store_sealed_logs OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION store_sealed_logs FROM PUBLIC;
GRANT EXECUTE ON FUNCTION store_sealed_logs TO :"app_role";
