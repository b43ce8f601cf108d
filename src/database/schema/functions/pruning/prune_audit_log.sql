-- Makes the last checkpoint of an epoch up to p_size, signed before the log's horizon, the beginning of the log: keeps its
-- frontier, declares the leaves below it removed, and records that in the log. remove_pruned_leaves deletes them.
--
-- Returns the size of that checkpoint, and how many leaves are newly below it; no row if there is no such checkpoint any
-- more. is_proved is false, and nothing was changed, if the leaves do not make up its root.
CREATE OR REPLACE FUNCTION prune_audit_log(
  p_log uuid, p_epoch integer, p_size bigint, p_days integer, p_least_days integer, p_caller json
) RETURNS TABLE (size bigint, leaves bigint, is_proved boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
  v_checkpoint audit_checkpoints;
  v_pruned     bigint;
  v_hash       bytea;
  v_root       bytea;
  v_levels     smallint[] := '{}';
  v_indexes    bigint[] := '{}';
  v_hashes     bytea[] := '{}';
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('prune_audit_log ' || p_log, 0));
  SELECT coalesce(max(p.size), 0) INTO v_pruned FROM audit_pruned p WHERE p.log_id = p_log AND p.epoch = p_epoch;
  -- Locked, so that no other job deletes it in the meantime.
  SELECT c.* INTO v_checkpoint FROM audit_checkpoints c
  WHERE c.log_id = p_log AND c.epoch = p_epoch AND c.size > v_pruned
    AND c.size <= least(p_size, audit_pruning_limit(p_log, p_epoch))
    AND c.signed_at < audit_horizon(p_log, p_days, p_least_days)
  ORDER BY c.size DESC LIMIT 1 FOR UPDATE;
  IF NOT FOUND OR EXISTS (SELECT FROM audit_backfill b WHERE b.log_id = p_log) THEN
    RETURN;
  END IF;

  FOR v_level IN 0 .. 52 LOOP
    CONTINUE WHEN (v_checkpoint.size >> v_level) % 2 = 0;
    v_hash := audit_node(p_log, p_epoch, v_level, (v_checkpoint.size >> v_level) - 1);
    v_root := CASE WHEN v_levels = '{}' THEN v_hash ELSE sha256('\x01'::bytea || v_hash || v_root) END;
    v_levels := v_levels || v_level::smallint;
    v_indexes := v_indexes || (v_checkpoint.size >> v_level) - 1;
    v_hashes := v_hashes || v_hash;
  END LOOP;
  IF v_root IS DISTINCT FROM v_checkpoint.root THEN
    RETURN QUERY SELECT v_checkpoint.size, v_checkpoint.size - v_pruned, false;
    RETURN;
  END IF;

  INSERT INTO audit_nodes (log_id, epoch, level, node_index, hash)
  SELECT p_log, p_epoch, n.level, n.node_index, n.hash
  FROM unnest(v_levels, v_indexes, v_hashes) AS n (level, node_index, hash)
  ON CONFLICT DO NOTHING;
  INSERT INTO audit_pruned AS p (log_id, epoch, size) VALUES (p_log, p_epoch, v_checkpoint.size)
  ON CONFLICT (log_id, epoch) DO UPDATE SET size = excluded.size;
  -- thin_audit_checkpoints looks at it no more.
  UPDATE audit_checkpoints c SET kept = 2
  WHERE c.log_id = p_log AND c.epoch = p_epoch AND c.size = v_checkpoint.size;
  PERFORM record_events(ARRAY[ROW(
    p_log, new_event_id(), 'audit.prune', NULL, NULL, NULL, NULL, 'ok', p_caller,
    json_build_object(
      'origin', audit_origin(p_log, p_epoch),
      'size', v_checkpoint.size::text,
      'root', encode(v_checkpoint.root, 'base64'),
      'events', (v_checkpoint.size - v_pruned)::text
    )
  )::audit_entry]);
  RETURN QUERY SELECT v_checkpoint.size, v_checkpoint.size - v_pruned, true;
END
$$;

REVOKE ALL ON FUNCTION prune_audit_log FROM PUBLIC;
GRANT EXECUTE ON FUNCTION prune_audit_log TO :"app_role";
