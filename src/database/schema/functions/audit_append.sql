-- Appends one event to a log, under the policies of whoever calls.
CREATE OR REPLACE FUNCTION audit_append(
  p_log uuid, p_id uuid, p_action text, p_key text, p_version integer, p_outcome text, p_caller json,
  p_detail json
) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  v_at timestamptz(3) := clock_timestamp();
BEGIN
  INSERT INTO audit_events (log_id, id, at, body)
  VALUES (p_log, p_id, v_at,
          audit_body(p_id, v_at, p_log, p_action, p_key, p_version, p_outcome, p_caller, p_detail));
END
$$;

REVOKE ALL ON FUNCTION audit_append FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_append TO :"app_role", :"reader_role";
