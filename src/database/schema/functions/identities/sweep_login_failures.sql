-- Deletes up to p_limit expired counters, oldest first, and returns their number. Records the logins that each of them
-- counts as refused as one event. Counters that another transaction has locked are left to a later call.
--
-- Compares with now(), which is stable: a volatile time cannot be looked up in the index.
CREATE OR REPLACE FUNCTION sweep_login_failures(p_limit integer) RETURNS integer
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
  v_row record;
  v_deleted integer := 0;
BEGIN
  FOR v_row IN
    DELETE FROM login_failures f USING (
      SELECT name_key, source FROM login_failures WHERE expires_at <= now()
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
