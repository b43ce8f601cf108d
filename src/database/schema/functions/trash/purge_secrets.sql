-- Destroys secrets that are in the trash in the state that the caller read, and records each.
--
-- p_secrets is an array of records: tenant_id, id, key, revision and mark (as read) and event (id, action, caller,
-- detail). p_values and p_options are unused; they exist so that all functions that write secrets have the same signature.
--
-- Outcomes: ok, with the version and revision of the destroyed secret; stale, with nothing done and nothing recorded.
CREATE OR REPLACE FUNCTION purge_secrets(p_secrets json, p_values bytea[], p_options bytea[], p_wait boolean)
RETURNS TABLE (
  ordinal integer, outcome text, version integer, revision integer, created_at timestamptz, updated_at timestamptz
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
  r         record;
  v_entries audit_entry[] := '{}';
BEGIN
  IF NOT p_wait THEN
    PERFORM set_config('lock_timeout', '50ms', true);
  END IF;

  FOR r IN
    SELECT * FROM ROWS FROM (json_to_recordset(p_secrets) AS (
      tenant_id uuid, id uuid, key text, revision integer, mark uuid, event json
    )) WITH ORDINALITY AS record ORDER BY record.tenant_id, record.key COLLATE "C"
  LOOP
    ordinal := r.ordinality;
    DELETE FROM secrets AS s
    WHERE s.tenant_id = r.tenant_id AND s.id = r.id AND s.deleted_at IS NOT NULL
      AND s.revision = r.revision AND s.mark = r.mark
    RETURNING s.version, s.revision, s.created_at, s.updated_at INTO version, revision, created_at, updated_at;
    outcome := CASE WHEN FOUND THEN 'ok' ELSE 'stale' END;
    IF outcome = 'ok' THEN
      v_entries := v_entries || ROW(
        r.tenant_id, r.event ->> 'id', r.event ->> 'action', r.key, r.id, version, revision, 'ok', r.event -> 'caller',
        r.event -> 'detail'
      )::audit_entry;
    END IF;
    RETURN NEXT;
  END LOOP;

  PERFORM record_events(v_entries);
END
$$;

REVOKE ALL ON FUNCTION purge_secrets FROM PUBLIC;
GRANT EXECUTE ON FUNCTION purge_secrets TO :"app_role";
