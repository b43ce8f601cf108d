-- Makes pending events again of leaves beyond the size of their log, before whatever waits, in their order. Nobody signed
-- them: whoever called seal_pending_events committed without store_sealed_logs. A leaf that a checkpoint covers is left
-- alone whatever the size says. The caller holds the lock of the sequence audit, so nobody is sealing.
--
-- Runs with the rights of the schema's owner, since nobody else may delete a leaf.
CREATE OR REPLACE FUNCTION take_back_unsigned_leaves(p_logs uuid[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
  WITH taken AS (
    DELETE FROM audit_leaves l USING audit_logs g
    WHERE g.log_id = ANY (p_logs) AND l.log_id = g.log_id AND l.epoch = g.epoch AND l.leaf_index >= g.size
      AND NOT EXISTS (
        SELECT FROM audit_checkpoints c WHERE c.log_id = l.log_id AND c.epoch = l.epoch AND c.size > l.leaf_index
      )
    RETURNING l.log_id, l.leaf_index, l.event_id
  )
  INSERT INTO audit_pending (log_id, id, event_id)
  SELECT t.log_id,
         least((SELECT p.id FROM audit_pending p WHERE p.log_id = t.log_id ORDER BY p.id LIMIT 1), 1)
           - row_number() OVER (PARTITION BY t.log_id ORDER BY t.leaf_index DESC),
         t.event_id
  FROM taken t
$$;

REVOKE ALL ON FUNCTION take_back_unsigned_leaves FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_back_unsigned_leaves TO :"reader_role";
