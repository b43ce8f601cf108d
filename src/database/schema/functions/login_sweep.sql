-- Deletes up to ten expired counters. The guesses that they refused go on record as one count for each.
CREATE OR REPLACE FUNCTION login_sweep() RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  v_row record;
BEGIN
  FOR v_row IN
    DELETE FROM login_failures f USING (
      SELECT name_key, source FROM login_failures WHERE expires_at <= clock_timestamp()
      ORDER BY expires_at LIMIT 10 FOR UPDATE SKIP LOCKED
    ) old
    WHERE f.name_key = old.name_key AND f.source = old.source
    RETURNING f.source, f.refused
  LOOP
    CONTINUE WHEN v_row.refused = 0;
    PERFORM record_events(ARRAY[ROW(
      '00000000-0000-0000-0000-000000000000', new_event_id(), 'login.refused', NULL, NULL, NULL, NULL, 'refused',
      json_build_object('address', v_row.source), json_build_object('count', v_row.refused)
    )::audit_entry]);
  END LOOP;
END
$$;

REVOKE ALL ON FUNCTION login_sweep FROM PUBLIC;
GRANT EXECUTE ON FUNCTION login_sweep TO :"app_role";
