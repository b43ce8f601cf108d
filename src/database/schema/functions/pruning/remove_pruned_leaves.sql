-- Deletes up to p_limit leaves of one log that are below what prune_audit_log declared removed, with the nodes and the
-- checkpoints over them, but not the frontier. Notes the months of their events in audit_removals.
-- Returns whether it found any.
CREATE OR REPLACE FUNCTION remove_pruned_leaves(p_limit integer) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
  v_log  audit_pruned;
  v_upto bigint;
BEGIN
  SELECT p.* INTO v_log FROM audit_pruned p WHERE p.removed < p.size ORDER BY p.log_id, p.epoch LIMIT 1 FOR UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  v_upto := least(v_log.size, v_log.removed + p_limit);

  WITH deleted AS (
    DELETE FROM audit_leaves l
    WHERE l.log_id = v_log.log_id AND l.epoch = v_log.epoch AND l.leaf_index >= v_log.removed AND l.leaf_index < v_upto
    RETURNING l.event_id
  )
  INSERT INTO audit_removals (log_id, month)
  SELECT DISTINCT v_log.log_id, audit_month(d.event_id) FROM deleted d
  ON CONFLICT DO NOTHING;

  FOR v_level IN 0 .. 52 LOOP
    EXIT WHEN v_upto >> v_level = 0;
    DELETE FROM audit_nodes n
    WHERE n.log_id = v_log.log_id AND n.epoch = v_log.epoch AND n.level = v_level::smallint
      AND n.node_index < v_upto >> v_level
      AND ((v_log.size >> v_level) % 2 = 0 OR n.node_index <> (v_log.size >> v_level) - 1);
  END LOOP;
  DELETE FROM audit_checkpoints c
  WHERE c.log_id = v_log.log_id AND c.epoch = v_log.epoch AND c.size <= v_upto AND c.size < v_log.size;
  UPDATE audit_pruned p SET removed = v_upto WHERE p.log_id = v_log.log_id AND p.epoch = v_log.epoch;
  RETURN true;
END
$$;

REVOKE ALL ON FUNCTION remove_pruned_leaves FROM PUBLIC;
GRANT EXECUTE ON FUNCTION remove_pruned_leaves TO :"app_role";
