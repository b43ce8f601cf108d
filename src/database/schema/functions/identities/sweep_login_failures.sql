-- Deletes up to p_limit expired counters, oldest first, and returns their number. Records the guesses that each of them
-- refused as one event with a count. Counters that another transaction has locked are left to a later call.
CREATE OR REPLACE FUNCTION sweep_login_failures(p_limit integer) RETURNS integer
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  v_row record;
  v_deleted integer := 0;
BEGIN
  FOR v_row IN
    DELETE FROM login_failures f USING (
      SELECT name_key, source FROM login_failures WHERE expires_at <= clock_timestamp()
      ORDER BY expires_at LIMIT p_limit FOR UPDATE SKIP LOCKED
    ) old
    WHERE f.name_key = old.name_key AND f.source = old.source
    RETURNING f.source, f.refused
  LOOP
    v_deleted := v_deleted + 1;
    CONTINUE WHEN v_row.refused = 0;
    PERFORM record_events(ARRAY[ROW(
      '00000000-0000-0000-0000-000000000000', new_event_id(), 'login.refused', NULL, NULL, NULL, NULL, 'refused',
      json_build_object('address', v_row.source), json_build_object('count', v_row.refused)
    )::audit_entry]);
  END LOOP;
  RETURN v_deleted;
END
$$;

REVOKE ALL ON FUNCTION sweep_login_failures FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sweep_login_failures TO :"app_role";
