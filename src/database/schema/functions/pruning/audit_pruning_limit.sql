-- Returns the largest size up to which an epoch of a log may be pruned at present. Here belongs whatever makes pruning
-- wait.
CREATE OR REPLACE FUNCTION audit_pruning_limit(p_log uuid, p_epoch integer) RETURNS bigint
LANGUAGE sql STABLE
AS $$
  SELECT coalesce(max(c.size), 0) FROM audit_checkpoints c WHERE c.log_id = p_log AND c.epoch = p_epoch
$$;

REVOKE ALL ON FUNCTION audit_pruning_limit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_pruning_limit TO :"reader_role";
