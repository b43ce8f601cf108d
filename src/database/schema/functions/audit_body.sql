-- Builds the text of an event. This text is the record: it is stored as it is and never written again.
CREATE OR REPLACE FUNCTION audit_body(
  p_id uuid, p_at timestamptz, p_log uuid, p_action text, p_key text, p_version integer, p_outcome text, p_caller json,
  p_detail json
) RETURNS text
LANGUAGE sql STABLE
AS $$
  SELECT json_build_object(
    'id', p_id,
    'time', to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'tenant_id', nullif(p_log, '00000000-0000-0000-0000-000000000000'),
    'action', p_action,
    'key', p_key,
    'version', p_version,
    'outcome', p_outcome,
    'caller', p_caller,
    'detail', p_detail
  )::text
$$;

REVOKE ALL ON FUNCTION audit_body FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_body TO :"app_role", :"reader_role";
