-- Destroys versions of secrets that have not changed since the caller read them, and records each, under its tenant's
-- policy. The value is erased; the row stays, so that a reader learns that there was one. The secret itself does not
-- change, and keeps its tag.
--
-- p_secrets is an array of records: tenant_id, id, key, revision and mark of the secret (as read), destroyed_version,
-- author_id (the destroying user) and event (id, action, caller, detail).
-- p_values and p_options are unused, as in remove_secrets.
--
-- Outcomes: ok, with the number of the destroyed version; stale, with nothing done and nothing recorded, also if the version
-- is not there or was destroyed before. Without p_wait a lock that is not available within 50 ms fails the whole call.
CREATE OR REPLACE FUNCTION destroy_secret_versions(p_secrets json, p_values bytea[], p_options bytea[], p_wait boolean)
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
  v_entries audit_entry[] := '{}';
BEGIN
  IF NOT p_wait THEN
    PERFORM set_config('lock_timeout', '50ms', true);
  END IF;

  FOR r IN
    SELECT * FROM ROWS FROM (json_to_recordset(p_secrets) AS (
      tenant_id uuid, id uuid, key text, revision integer, mark uuid, destroyed_version integer, author_id uuid, event json
    )) WITH ORDINALITY AS record ORDER BY record.tenant_id, record.key COLLATE "C"
  LOOP
    ordinal := r.ordinality;
    version := r.destroyed_version;
    PERFORM set_config('app.tenant', r.tenant_id::text, true);
    SELECT s.revision, s.created_at, s.updated_at INTO revision, created_at, updated_at FROM secrets s
    WHERE s.tenant_id = r.tenant_id AND s.id = r.id AND s.revision = r.revision AND s.mark = r.mark FOR SHARE;
    IF FOUND THEN
      UPDATE secret_versions AS v SET
        value = NULL, key_generation = NULL, destroyed_by = r.author_id, destroyed_at = clock_timestamp()
      WHERE v.tenant_id = r.tenant_id AND v.secret_id = r.id AND v.version = r.destroyed_version AND v.destroyed_at IS NULL;
    END IF;
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

REVOKE ALL ON FUNCTION destroy_secret_versions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION destroy_secret_versions TO :"app_role";
