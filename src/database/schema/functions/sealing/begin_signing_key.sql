-- Notes for every log that a new key signs whatever comes next, so that the key before counts for no later checkpoint of any
-- log. The caller holds the lock of the sequence audit.
CREATE OR REPLACE FUNCTION begin_signing_key(p_key integer) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
  INSERT INTO audit_log_keys (log_id, epoch, key_id, from_size)
  SELECT g.log_id, g.epoch, p_key, CASE WHEN g.size = 0 THEN 0 ELSE g.size + 1 END FROM audit_logs g
$$;

ALTER FUNCTION begin_signing_key OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION begin_signing_key FROM PUBLIC;
GRANT EXECUTE ON FUNCTION begin_signing_key TO :"app_role";
