-- Returns the largest size up to which an epoch of a log may be pruned at present. Pruning waits for the sinks.
CREATE OR REPLACE FUNCTION audit_pruning_limit(p_log uuid, p_epoch integer) RETURNS bigint
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN least(
    (SELECT coalesce(max(c.size), 0) FROM audit_checkpoints c WHERE c.log_id = p_log AND c.epoch = p_epoch),
    audit_unsent_from(p_log, p_epoch)
  );
END
$$;

REVOKE ALL ON FUNCTION audit_pruning_limit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_pruning_limit TO :"reader_role";
