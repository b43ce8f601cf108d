-- scratch
CREATE OR REPLACE FUNCTION record_events(p_entries audit_entry[]) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  v_at timestamptz(3) := clock_timestamp();
BEGIN
  INSERT INTO audit_events (log_id, id, at, body)
  SELECT set_config('app.tenant', e.log_id::text, true)::uuid, e.id, v_at,
    audit_body(e.id, v_at, e.log_id, e.action, e.key, e.version, e.outcome, e.caller, e.detail)
  FROM unnest(p_entries) e;
END
$$;
REVOKE ALL ON FUNCTION record_events FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_events TO :"app_role", :"reader_role";
