-- Moves secrets that have not changed since the caller read them to the trash, and records each, in the audit trail and in
-- the change feed. Nothing else removes secrets, so what programs that do not know the trash delete is kept too.
--
-- p_secrets is an array of records: tenant_id, id, key, revision and mark (as read; a null mark is not compared) and
-- event (id, action, caller, detail).
-- p_values and p_options are unused; they exist so that all functions that write secrets have the same signature.
--
-- Outcomes: ok, with the version and revision of the removed secret, and the time of its removal in updated_at; stale,
-- with nothing done and nothing recorded.
-- Without p_wait a lock that is not available within 50 ms fails the whole call.
CREATE OR REPLACE FUNCTION remove_secrets(p_secrets json, p_values bytea[], p_options bytea[], p_wait boolean)
RETURNS TABLE (
  ordinal integer, outcome text, version integer, revision integer, created_at timestamptz, updated_at timestamptz
)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  r         record;
  v_seen_by text;
  v_owner   uuid;
  v_entries audit_entry[] := '{}';
  v_changes secret_change[] := '{}';
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
    PERFORM set_config('app.tenant', r.tenant_id::text, true);
    SELECT t.version, t.revision, t.created_at, t.deleted_at, t.visibility, t.created_by
    INTO version, revision, created_at, updated_at, v_seen_by, v_owner
    FROM trash_secret(r.tenant_id, r.id, r.revision, r.mark) t;
    outcome := CASE WHEN FOUND THEN 'ok' ELSE 'stale' END;
    IF outcome = 'ok' THEN
      v_changes := v_changes || ROW(
        r.tenant_id, r.id, r.key, 'deleted', version, revision, v_seen_by, v_owner, NULL, r.event ->> 'id'
      )::secret_change;
      v_entries := v_entries || ROW(
        r.tenant_id, r.event ->> 'id', r.event ->> 'action', r.key, r.id, version, revision, 'ok', r.event -> 'caller',
        r.event -> 'detail'
      )::audit_entry;
    END IF;
    RETURN NEXT;
  END LOOP;

  PERFORM record_secret_changes(v_changes);
  PERFORM record_events(v_entries);
END
$$;

REVOKE ALL ON FUNCTION remove_secrets FROM PUBLIC;
GRANT EXECUTE ON FUNCTION remove_secrets TO :"app_role";
