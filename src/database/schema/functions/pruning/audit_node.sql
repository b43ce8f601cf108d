-- Returns the hash of a perfect subtree of a log: the stored one, or else that of its two halves. Returns NULL where a leaf
-- is missing.
CREATE OR REPLACE FUNCTION audit_node(p_log uuid, p_epoch integer, p_level integer, p_index bigint) RETURNS bytea
LANGUAGE plpgsql STABLE
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
DECLARE
  v_hash bytea;
BEGIN
  SELECT n.hash INTO v_hash FROM audit_nodes n
  WHERE n.log_id = p_log AND n.epoch = p_epoch AND n.level = p_level::smallint AND n.node_index = p_index;
  IF FOUND THEN
    RETURN v_hash;
  END IF;
  IF p_level = 0 THEN
    RETURN (SELECT l.hash FROM audit_leaves l WHERE l.log_id = p_log AND l.epoch = p_epoch AND l.leaf_index = p_index);
  END IF;
  RETURN sha256('\x01'::bytea || audit_node(p_log, p_epoch, p_level - 1, 2 * p_index)
    || audit_node(p_log, p_epoch, p_level - 1, 2 * p_index + 1));
END
$$;

REVOKE ALL ON FUNCTION audit_node FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_node TO :"reader_role";
