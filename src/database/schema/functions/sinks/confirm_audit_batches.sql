-- Notes that a sink has all events up to one that read_audit_batches returned. Returns false if another process sends to it by
-- now.
CREATE OR REPLACE FUNCTION confirm_audit_batches(p_sink text, p_holder uuid, p_position bigint, p_part integer) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
  UPDATE audit_sinks s SET position = p_position, part = p_part, configured_at = clock_timestamp()
  WHERE s.name = p_sink AND s.holder = p_holder AND (s.position, s.part) < (p_position, p_part);
  RETURN FOUND;
END
$$;

ALTER FUNCTION confirm_audit_batches OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION confirm_audit_batches FROM PUBLIC;
GRANT EXECUTE ON FUNCTION confirm_audit_batches TO :"app_role";
