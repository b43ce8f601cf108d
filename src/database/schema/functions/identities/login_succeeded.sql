-- Clears the pair of name and source after the right password, returns the reservation, and trusts the source for
-- thirty days. Also records the guesses that were refused for the pair before.
CREATE OR REPLACE FUNCTION login_succeeded(p_name_key bytea, p_source text) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  v_refused integer;
BEGIN
  SELECT refused INTO v_refused FROM login_failures
  WHERE name_key = p_name_key AND source = p_source FOR UPDATE;
  IF v_refused > 0 THEN
    PERFORM record_events(ARRAY[ROW(
      '00000000-0000-0000-0000-000000000000', new_event_id(), 'login.refused', NULL, NULL, NULL, NULL, 'refused',
      json_build_object('address', p_source), json_build_object('count', v_refused)
    )::audit_entry]);
  END IF;
  UPDATE login_failures SET failures = 0, locks = 0, locked_at = NULL, locked_until = NULL, refused = 0,
    trusted_until = clock_timestamp() + interval '30 days', expires_at = clock_timestamp() + interval '30 days'
  WHERE name_key = p_name_key AND source = p_source;
  UPDATE login_failures SET failures = greatest(failures - 1, 0) WHERE name_key = p_name_key AND source = '*';
END
$$;

REVOKE ALL ON FUNCTION login_succeeded FROM PUBLIC;
GRANT EXECUTE ON FUNCTION login_succeeded TO :"app_role";
